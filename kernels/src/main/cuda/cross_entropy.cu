// Softmax and cross-entropy fused: the loss of each row, and logits turned into their gradient in place.
//
// cross_entropy: logits (rows, columns), targets (rows), shares (rows) -> losses (rows) in nats, logs (rows) = log Z, logits = weight *
//     (softmax * (1 + 2 z log Z) - one-hot) with weight = loss scale * share of the row in the step's mean loss, and
//     log Z the logarithm of the softmax denominator: the gradient is that of the loss plus z log^2 Z (Chowdhery et al.,
//     arXiv 2204.02311), the loss is told without. One block a row at a time; reads a row twice (the second time from L2), writes it
//     once: 4 bytes of memory traffic an element in 16-bit formats. Measures logits and their gradient on the way.
// sequence_losses: losses times their part of the sequence, summed in double in a fixed order -> means (sequences).
#include "control.cuh"
#include "exponential.cuh"
#include "summary.cuh"

constexpr int THREADS = 512;

/** Largest logit so far, in powers of two, and the sum of exponentials relative to it. */
struct Softmax {
    float max = -INFINITELY_LARGE;
    float sum = 0;

    template <int V>
    __device__ inline void add(const float (&x)[V]) {
        float top = x[0];
#pragma unroll
        for (int k = 1; k < V; k++) top = fmaxf(top, x[k]);
        top *= LOG2E;
        if (top > max) {
            sum *= exponential2(max - top);
            max = top;
        }
#pragma unroll
        for (int k = 0; k < V; k++) sum += exponential2(fmaf(x[k], LOG2E, -max));
    }
};

/** Vectors that a thread has on their way before it uses the first. */
constexpr int AHEAD = 4;

/**
 * Calls body(column, vectors) for the columns of a row that are this thread's, AHEAD vectors at once, all lanes of a warp
 * together: vector k is at column + k * THREADS * V, and zero where that is past the end.
 */
template <int V, class Body>
__device__ inline void forColumns(const Element* row, int columns, Body body) {
    const int lane = threadIdx.x % WARP;
    for (int first = (threadIdx.x - lane) * V; first < columns; first += AHEAD * THREADS * V) {
        Vector<Element, V> packed[AHEAD] = {};
#pragma unroll
        for (int k = 0; k < AHEAD; k++) {
            const int c = first + lane * V + k * THREADS * V;
            if (c < columns) packed[k] = fetch<V>(row, c);
        }
        body(first + lane * V, packed);
    }
}

/** Tallies vectors of a warp. */
template <int V>
__device__ inline void tallyAll(const Vector<Element, V> (&packed)[AHEAD], Tally& tally) {
    if constexpr (V == PACK) {
        tally.addPacks<AHEAD>(AHEAD, [&](int k) { return packed[k]; });
    } else {
#pragma unroll
        for (int k = 0; k < AHEAD; k++) {
            float x[V];
            unpack(packed[k], x);
            tally.add(x);
        }
    }
}

template <bool MEASURED, int V>
__device__ inline void lookAt(const Element* row, int columns, Softmax& softmax, Tally& tally) {
    forColumns<V>(row, columns, [&](int column, const Vector<Element, V> (&packed)[AHEAD]) {
#pragma unroll
        for (int k = 0; k < AHEAD; k++) {
            if (column + k * THREADS * V >= columns) break;
            float x[V];
            unpack(packed[k], x);
            softmax.add(x);
        }
        if (MEASURED) tallyAll<V>(packed, tally);
    });
}

template <bool MEASURED, int V>
__device__ inline void turn(Element* row, int columns, int target, float max, float share, float weight, Tally& tally) {
    forColumns<V>(row, columns, [&](int column, Vector<Element, V> (&packed)[AHEAD]) {
#pragma unroll
        for (int k = 0; k < AHEAD; k++) {
            const int c = column + k * THREADS * V;
            if (c >= columns) break;
            float x[V];
            unpack(packed[k], x);
#pragma unroll
            for (int j = 0; j < V; j++) x[j] = exponential2(fmaf(x[j], LOG2E, -max)) * share;
            if (static_cast<unsigned>(target - c) < V) {
#pragma unroll
                for (int j = 0; j < V; j++) {
                    if (c + j == target) x[j] -= weight;
                }
            }
            packed[k] = store<V>(row, c, x);
        }
        if (MEASURED) tallyAll<V>(packed, tally);
    });
}

template <bool MEASURED>
__device__ void fused(Element* logits, const int* targets, const float* shares, float* losses, float* logs, int rows, int columns,
                      const Orders* orders, Summary* logitPartials, Summary* gradientPartials, float* floats) {
    Odd odd[2];
    Tally tallies[2] = {odd[0], odd[1]};
    for (long row = blockIdx.x; row < rows; row += gridDim.x) {
        const long base = row * columns;
        const int target = targets[row];
        const float weight = static_cast<float>(orders->scale * shares[row]);
        const bool packs = columns % PACK == 0;
        Softmax softmax;
        if (packs) {
            lookAt<MEASURED, PACK>(logits + base, columns, softmax, tallies[0]);
        } else {
            lookAt<MEASURED, 1>(logits + base, columns, softmax, tallies[0]);
        }
        const float max = blockMax(softmax.max, floats);
        // A thread that saw nothing has no maximum; its sum of 0 stays one.
        const float sum = blockSum(softmax.sum == 0 ? 0 : softmax.sum * exponential2(softmax.max - max), floats);
        const float log = fmaf(max, LN2, logf(sum)), z = orders->zLoss;
        if (threadIdx.x == 0) {
            losses[row] = log - widen(logits[base + target]);
            logs[row] = log;
        }
        const float share = weight * (1 + 2 * z * log) / sum;
        __syncthreads();
        if (packs) {
            turn<MEASURED, PACK>(logits + base, columns, target, max, share, weight, tallies[1]);
        } else {
            turn<MEASURED, 1>(logits + base, columns, target, max, share, weight, tallies[1]);
        }
    }
    if (MEASURED) publish(tallies, {logitPartials, gradientPartials});
}

__device__ inline float* floatPerWarp() {
    __shared__ float shared[THREADS / WARP];
    return shared;
}

/** Two blocks on a multiprocessor: one reads while the other waits at a barrier. */
#define LOSS_BOUNDS THREADS, 2

MEASURABLE(cross_entropy, LOSS_BOUNDS, fused,
           (Element* logits, const int* targets, const float* shares, float* losses, float* logs, int rows, int columns,
            const Orders* orders, Summary* logitPartials, Summary* gradientPartials),
           (logits, targets, shares, losses, logs, rows, columns, orders, logitPartials, gradientPartials, floatPerWarp()))

KERNEL(sequence_losses, 128)(const float* losses, const float* parts, double* means, int context) {
    __shared__ double shared[128];
    double sum = 0;
    for (int t = threadIdx.x; t < context; t += blockDim.x) {
        const long row = static_cast<long>(blockIdx.x) * context + t;
        // What is no target may well have no finite loss, and is no part of the mean.
        if (parts[row] != 0) sum += static_cast<double>(losses[row]) * parts[row];
    }
    shared[threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.x != 0) return;
    for (int k = 1; k < blockDim.x; k++) sum += shared[k];
    means[blockIdx.x] = sum;
}
