// What is left of a tensor: the lean set, gathered by whichever kernel holds the values anyway.
//
// About 4 instructions an element, 6 with the range: on an H200 a memory-bound kernel has 13.8 lane-instructions for each
// bf16 element before it stops being memory-bound. Sums, minimum and maximum are over finite elements. A group whose sum
// of squares is not finite, or so large that the next might not be, is looked at again element by element, in double.
#pragma once
#include "reduce.cuh"

/** 40 bytes, read by the host at these offsets. */
struct Summary {
    double sum;
    double squares;
    float low; // of kernels that look for it
    float high;
    unsigned largest; // bits of the largest finite magnitude
    unsigned nan;
    unsigned infinite;
    unsigned reserved;
};

constexpr unsigned INFINITE_BITS = 0x7f800000u;
/** The sum of squares of a group stays below this where every element lies below 2^58, and then a thread's share fits. */
constexpr float LARGE_SQUARES = 1e35f;
#define INFINITELY_LARGE (__int_as_float(0x7f800000))

/** One thread's share of a summary, with least and greatest or without. */
template <bool RANGE>
struct TallyOf {
    float sum = 0;
    float squares = 0;
    float largest = 0;
    float low = INFINITELY_LARGE;
    float high = -INFINITELY_LARGE;
    unsigned nan = 0;
    unsigned infinite = 0;
    double largeSum = 0;
    double largeSquares = 0;

    template <int V>
    __device__ inline void add(const float (&x)[V]) {
        float s = 0, q = 0, m = 0;
#pragma unroll
        for (int i = 0; i < V; i++) {
            s += x[i];
            q = fmaf(x[i], x[i], q);
            m = fmaxf(m, fabsf(x[i]));
        }
        // Not below also where q is no number.
        if (!(q < LARGE_SQUARES)) {
#pragma unroll
            for (int i = 0; i < V; i++) addLarge(x[i]);
            return;
        }
        sum += s;
        squares += q;
        largest = fmaxf(largest, m);
        if (RANGE) {
#pragma unroll
            for (int i = 0; i < V; i++) {
                low = fminf(low, x[i]);
                high = fmaxf(high, x[i]);
            }
        }
    }

    __device__ inline void addLarge(float x) {
        const unsigned magnitude = __float_as_uint(x) & 0x7fffffffu;
        if (magnitude > INFINITE_BITS) {
            nan++;
        } else if (magnitude == INFINITE_BITS) {
            infinite++;
        } else {
            largest = fmaxf(largest, fabsf(x));
            largeSum += x;
            largeSquares += static_cast<double>(x) * x;
            if (RANGE) {
                low = fminf(low, x);
                high = fmaxf(high, x);
            }
        }
    }
};

using Tally = TallyOf<false>;
using RangeTally = TallyOf<true>;

/** Merges b, which comes later, into a. */
__device__ inline void merge(Summary& a, const Summary& b) {
    a.sum += b.sum;
    a.squares += b.squares;
    a.low = fminf(a.low, b.low);
    a.high = fmaxf(a.high, b.high);
    a.largest = max(a.largest, b.largest);
    a.nan += b.nan;
    a.infinite += b.infinite;
}

__device__ inline double exchanged(double x, int away) { return __shfl_xor_sync(0xffffffffu, x, away); }

/** Shared memory to publish through. */
__device__ inline Summary* summaryPerWarp() {
    __shared__ Summary shared[WARP];
    return shared;
}

/** Publishes the block's summary; called by all threads of it. */
template <bool RANGE>
__device__ inline void publish(const TallyOf<RANGE>& tally, Summary* partial) {
    Summary* shared = summaryPerWarp();
    Summary mine = {tally.sum + tally.largeSum, tally.squares + tally.largeSquares, tally.low, tally.high,
                    __float_as_uint(tally.largest), tally.nan, tally.infinite, 0};
    for (int away = WARP / 2; away > 0; away /= 2) {
        Summary other;
        other.sum = exchanged(mine.sum, away);
        other.squares = exchanged(mine.squares, away);
        other.low = __shfl_xor_sync(0xffffffffu, mine.low, away);
        other.high = __shfl_xor_sync(0xffffffffu, mine.high, away);
        other.largest = __shfl_xor_sync(0xffffffffu, mine.largest, away);
        other.nan = __shfl_xor_sync(0xffffffffu, mine.nan, away);
        other.infinite = __shfl_xor_sync(0xffffffffu, mine.infinite, away);
        merge(mine, other);
    }
    __syncthreads();
    if (threadIdx.x % WARP == 0) shared[threadIdx.x / WARP] = mine;
    __syncthreads();
    if (threadIdx.x == 0) {
        for (int warp = 1; warp < blockDim.x / WARP; warp++) merge(mine, shared[warp]);
        *partial = mine;
    }
}

/** A kernel twice: as it is, and with what it holds measured on the way. Both do the same arithmetic on the tensors. */
#define MEASURABLE(name, threads, body, parameters, arguments)             \
    KERNEL(name, threads) parameters { body<false> arguments; }            \
    KERNEL(name##_measured, threads) parameters { body<true> arguments; }
