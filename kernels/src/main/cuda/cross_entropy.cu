// Softmax and cross-entropy fused: the loss of each row, and logits turned into their gradient in place.
//
// cross_entropy: logits (rows, columns), targets (rows), shares (rows) -> losses (rows) in nats, logs (rows) = log Z, logits = weight *
//     (softmax * (1 + 2 z log Z) - one-hot) with weight = loss scale * share of the row in the step's mean loss, and
//     log Z the logarithm of the softmax denominator: the gradient is that of the loss plus z log^2 Z (Chowdhery et al.,
//     arXiv 2204.02311), the loss is told without. One block a row at a time; reads a row twice (the second time from L2), writes it
//     once: 4 bytes of memory traffic an element in 16-bit formats. Measures logits and their gradient on the way.
// sequence_losses: losses times their part of the sequence, summed in double in a fixed order -> means (sequences).
#include "control.cuh"
#include "summary.cuh"

constexpr int THREADS = 512;

/** Largest logit so far, and the sum of exponentials relative to it. */
struct Softmax {
    float max = -__int_as_float(0x7f800000);
    float sum = 0;

    template <int V>
    __device__ inline void add(const float (&x)[V]) {
        float top = x[0];
#pragma unroll
        for (int k = 1; k < V; k++) top = fmaxf(top, x[k]);
        if (top > max) {
            sum *= expf(max - top);
            max = top;
        }
#pragma unroll
        for (int k = 0; k < V; k++) sum += expf(x[k] - max);
    }
};

template <bool MEASURED, int V>
__device__ void lookAt(const Element* logits, long base, int columns, Softmax& softmax, Tally& tally) {
    for (int c = threadIdx.x * V; c < columns; c += THREADS * V) {
        float x[V];
        load<V>(logits, base + c, x);
        softmax.add(x);
        if (MEASURED) tally.add(x);
    }
}

template <bool MEASURED, int V>
__device__ void turn(Element* logits, long base, int columns, int target, float max, float share, float weight,
                     Tally& tally) {
    for (int c = threadIdx.x * V; c < columns; c += THREADS * V) {
        float x[V];
        load<V>(logits, base + c, x);
#pragma unroll
        for (int k = 0; k < V; k++) {
            x[k] = expf(x[k] - max) * share;
            if (c + k == target) x[k] -= weight;
        }
        store<V>(logits, base + c, x);
        if (MEASURED) tally.add(x);
    }
}

template <bool MEASURED>
__device__ void fused(Element* logits, const int* targets, const float* shares, float* losses, float* logs, int rows, int columns,
                      const Orders* orders, Summary* logitPartials, Summary* gradientPartials, float* floats) {
    Tally before, after;
    for (long row = blockIdx.x; row < rows; row += gridDim.x) {
        const long base = row * columns;
        const int target = targets[row];
        const float weight = static_cast<float>(orders->scale * shares[row]);
        const bool packs = columns % PACK == 0;
        Softmax softmax;
        if (packs) {
            lookAt<MEASURED, PACK>(logits, base, columns, softmax, before);
        } else {
            lookAt<MEASURED, 1>(logits, base, columns, softmax, before);
        }
        const float max = blockMax(softmax.max, floats);
        // A thread that saw nothing has no maximum; its sum of 0 stays one.
        const float sum = blockSum(softmax.sum == 0 ? 0 : softmax.sum * expf(softmax.max - max), floats);
        const float log = max + logf(sum), z = orders->zLoss;
        if (threadIdx.x == 0) {
            losses[row] = log - widen(logits[base + target]);
            logs[row] = log;
        }
        const float share = weight * (1 + 2 * z * log) / sum;
        __syncthreads();
        if (packs) {
            turn<MEASURED, PACK>(logits, base, columns, target, max, share, weight, after);
        } else {
            turn<MEASURED, 1>(logits, base, columns, target, max, share, weight, after);
        }
    }
    if (!MEASURED) return;
    if (logitPartials != nullptr) publish(before, logitPartials + blockIdx.x);
    if (gradientPartials != nullptr) publish(after, gradientPartials + blockIdx.x);
}

__device__ inline float* floatPerWarp() {
    __shared__ float shared[THREADS / WARP];
    return shared;
}

MEASURABLE(cross_entropy, THREADS, fused,
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
