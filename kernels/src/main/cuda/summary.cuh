// What is left of a tensor: the lean set, gathered by whichever kernel holds the values anyway.
//
// About 4 instructions an element, 6 with the range: on an H200 a memory-bound kernel has 13.8 lane-instructions for each
// bf16 element before it stops being memory-bound. Sums, minimum and maximum are over finite elements. A group whose sum
// of squares is not finite, or so large that the next might not be, is looked at again element by element.
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
constexpr float SMALL_UNIT = 0x1p-70f;
#define INFINITELY_LARGE (__int_as_float(0x7f800000))

/** One thread's share of a summary, with least and greatest or without. */
template <bool RANGE>
struct TallyOf {
    float sum = 0;
    float squares = 0;
    float largest = 0;
    float low = INFINITELY_LARGE;
    float high = -INFINITELY_LARGE;
    float largeSum = 0; // of elements too large to be squared in float, times 2^-70
    float largeSquares = 0;
    unsigned broken = 0; // NaN in the low half, infinite in the high one; a thread sees fewer than 2^16 elements

    template <int V>
    __device__ inline void add(const float (&x)[V]) {
        // Pairs first, so that no operation waits for more than three others.
        constexpr int PAIRS = (V + 1) / 2;
        float s[PAIRS], q[PAIRS], m[PAIRS];
#pragma unroll
        for (int i = 0; i < PAIRS; i++) {
            const float other = 2 * i + 1 < V ? x[(2 * i + 1) % V] : 0;
            s[i] = x[2 * i] + other;
            q[i] = fmaf(x[2 * i], x[2 * i], other * other);
            m[i] = fmaxf(fabsf(x[2 * i]), fabsf(other));
        }
#pragma unroll
        for (int away = 1; away < PAIRS; away *= 2) {
#pragma unroll
            for (int i = 0; i + away < PAIRS; i += 2 * away) {
                s[i] += s[i + away];
                q[i] += q[i + away];
                m[i] = fmaxf(m[i], m[i + away]);
            }
        }
        // Not below also where q is no number.
        if (!(q[0] < LARGE_SQUARES)) {
#pragma unroll
            for (int i = 0; i < V; i++) addOdd(x[i]);
            return;
        }
        sum += s[0];
        squares += q[0];
        largest = fmaxf(largest, m[0]);
        if (RANGE) {
#pragma unroll
            for (int i = 0; i < V; i++) {
                low = fminf(low, x[i]);
                high = fmaxf(high, x[i]);
            }
        }
    }

    __device__ inline void addOdd(float x) {
        const unsigned magnitude = __float_as_uint(x) & 0x7fffffffu;
        if (magnitude >= INFINITE_BITS) {
            broken += magnitude > INFINITE_BITS ? 1u : 1u << 16;
            return;
        }
        if (x * x < LARGE_SQUARES) {
            sum += x;
            squares = fmaf(x, x, squares);
        } else {
            const float small = x * SMALL_UNIT;
            largeSum += small;
            largeSquares = fmaf(small, small, largeSquares);
        }
        largest = fmaxf(largest, fabsf(x));
        if (RANGE) {
            low = fminf(low, x);
            high = fmaxf(high, x);
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

/** A thread's sums of squares below this can be added over a warp in float. */
constexpr float LARGE_SHARE = 1e36f;

/** The summary of a warp, in every lane of it. Where all its sums are small, as they nearly always are, in float. */
template <bool RANGE>
__device__ inline Summary ofWarp(const TallyOf<RANGE>& tally) {
    const bool odd = tally.broken != 0 || tally.largeSquares != 0 || !(tally.squares < LARGE_SHARE);
    Summary mine = {tally.sum, tally.squares, tally.low, tally.high, __reduce_max_sync(0xffffffffu, __float_as_uint(tally.largest)),
                    0, 0, 0};
    if (RANGE) {
        for (int away = WARP / 2; away > 0; away /= 2) {
            mine.low = fminf(mine.low, __shfl_xor_sync(0xffffffffu, mine.low, away));
            mine.high = fmaxf(mine.high, __shfl_xor_sync(0xffffffffu, mine.high, away));
        }
    }
    if (!__any_sync(0xffffffffu, odd)) {
        mine.sum = warpSum(tally.sum);
        mine.squares = warpSum(tally.squares);
        return mine;
    }
    mine.sum += static_cast<double>(tally.largeSum) * 0x1p70;
    mine.squares += static_cast<double>(tally.largeSquares) * 0x1p140;
    for (int away = WARP / 2; away > 0; away /= 2) {
        mine.sum += exchanged(mine.sum, away);
        mine.squares += exchanged(mine.squares, away);
    }
    mine.nan = __reduce_add_sync(0xffffffffu, tally.broken & 0xffffu);
    mine.infinite = __reduce_add_sync(0xffffffffu, tally.broken >> 16);
    return mine;
}

/** Shared memory to publish through. */
__device__ inline Summary* summaryPerWarp() {
    __shared__ Summary shared[WARP];
    return shared;
}

/**
 * Publishes the block's summaries, those that somebody asked for; called once, by all threads of a block of at most 32 / N
 * warps.
 */
template <bool RANGE, int N>
__device__ inline void publish(const TallyOf<RANGE> (&tallies)[N], Summary* const (&partials)[N]) {
    Summary* shared = summaryPerWarp();
    const int warps = blockDim.x / WARP, warp = threadIdx.x / WARP;
#pragma unroll
    for (int k = 0; k < N; k++) {
        if (partials[k] == nullptr) continue;
        const Summary mine = ofWarp(tallies[k]);
        if (threadIdx.x % WARP == 0) shared[k * warps + warp] = mine;
    }
    __syncthreads();
    // The first thread of a warp merges one tensor's, so that several are merged at once.
    if (threadIdx.x % WARP != 0) return;
#pragma unroll
    for (int k = 0; k < N; k++) {
        if (warp != k % warps || partials[k] == nullptr) continue;
        Summary sum = shared[k * warps];
        for (int other = 1; other < warps; other++) merge(sum, shared[k * warps + other]);
        partials[k][static_cast<long>(blockIdx.y) * gridDim.x + blockIdx.x] = sum;
    }
}

/** A kernel twice: as it is, and with what it holds measured on the way. Both do the same arithmetic on the tensors. */
#define MEASURABLE(name, threads, body, parameters, arguments)             \
    KERNEL(name, threads) parameters { body<false> arguments; }            \
    KERNEL(name##_measured, threads) parameters { body<true> arguments; }
