// What is left of a tensor: the lean set, gathered by whichever kernel holds the values anyway.
//
// About 3 instructions an element, 4 with the range: on an H200 a memory-bound kernel has 13.8 lane-instructions for each
// bf16 element before it stops being memory-bound. Sums, minimum and maximum are over finite elements. A group whose sum
// of squares is not finite, or so large that the next might not be, is looked at again element by element.
#pragma once
#include "pairs.cuh"
#include "reduce.cuh"
#ifndef ELEMENT_F32
#include "tensorcore.cuh"
#endif

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

/**
 * A thread's share of groups that have an element which is not finite or too large to be squared in float. It lies in
 * memory, nothing in it before the first of them, so that it takes no registers.
 */
struct Odd {
    float sum, squares, largest, low, high;
    float largeSum, largeSquares; // of the too large ones, times 2^-70
    unsigned nan, infinite;

    __device__ static Odd none() { return {0, 0, 0, INFINITELY_LARGE, -INFINITELY_LARGE, 0, 0, 0, 0}; }
};

/** Floats as an argument. */
template <int V>
struct Floats {
    float at[V];
};

/** Adds a group element by element. */
template <int V>
__device__ inline void addEach(Odd* to, bool first, const float (&x)[V]) {
    Odd odd = first ? Odd::none() : *to;
#pragma unroll
    for (int i = 0; i < V; i++) {
        const unsigned magnitude = __float_as_uint(x[i]) & 0x7fffffffu;
        if (magnitude >= INFINITE_BITS) {
            odd.nan += magnitude > INFINITE_BITS;
            odd.infinite += magnitude == INFINITE_BITS;
            continue;
        }
        if (x[i] * x[i] < LARGE_SQUARES) {
            odd.sum += x[i];
            odd.squares = fmaf(x[i], x[i], odd.squares);
        } else {
            const float small = x[i] * SMALL_UNIT;
            odd.largeSum += small;
            odd.largeSquares = fmaf(small, small, odd.largeSquares);
        }
        odd.largest = fmaxf(odd.largest, fabsf(x[i]));
        odd.low = fminf(odd.low, x[i]);
        odd.high = fmaxf(odd.high, x[i]);
    }
    *to = odd;
}

template <int V>
OUT_OF_LINE void addOdd(Odd* to, bool first, const Floats<V> x) {
    addEach(to, first, x.at);
}

/** @param words of the vector, as it lies in memory */
OUT_OF_LINE void addOddPack(Odd* to, bool first, const uint4 words) {
    Vector<Element, PACK> packed;
    memcpy(&packed, &words, sizeof words);
    float x[PACK];
    unpack(packed, x);
    addEach(to, first, x);
}

/** The least and the greatest of what a thread has seen. */
struct Range {
    float low = INFINITELY_LARGE;
    float high = -INFINITELY_LARGE;

    template <int V>
    __device__ inline void add(const float (&x)[V]) {
#pragma unroll
        for (int i = 0; i < V; i++) {
            low = fminf(low, x[i]);
            high = fmaxf(high, x[i]);
        }
    }
};

/** One thread's share of a summary, with least and greatest or without. */
template <bool RANGE>
struct TallyOf {
    float sum = 0;
    float squares = 0;
    float largest = 0;
    Range range;
    Pairs<RANGE> pairs;
    float diagonal = 0; // of addPacks: squares, in the lanes that are on the diagonal
    float fourfold = 0; // and the sum, four times
    Odd* const odd;
    bool hasOdd = false;

    __device__ TallyOf(Odd& odd) : odd(&odd) {}

    template <int V>
    __device__ inline void add(const float (&x)[V]) {
        if (!addSums(x)) return;
        if (RANGE) {
            range.add(x);
            return;
        }
        float most = fabsf(x[0]);
#pragma unroll
        for (int i = 1; i < V; i++) most = fmaxf(most, fabsf(x[i]));
        largest = fmaxf(largest, most);
    }

    /** Elements that are at hand as they lie in memory too, where those of 16 bits are compared two at a time. */
    template <int V>
    __device__ inline void add(const float (&x)[V], const Vector<Element, V>& packed) {
        if constexpr (!Pairs<RANGE>::of(V)) {
            add(x);
        } else if (addSums(x)) {
            pairs.add(packed);
        }
    }

    /**
     * Adds get(0), ..., get(count - 1), 16 bytes each, of every lane of a warp. All lanes call it with the same count, at most
     * MOST, and have zeros where they have nothing. In 16-bit formats the tensor cores add, of which a kernel that waits for
     * memory has no other use: the four words of a lane are a part of 16 rows of 16 elements, whose product with itself has
     * the squares on its diagonal, and whose product with ones has the sums in all eight columns.
     */
    template <int MOST, class Get>
    __device__ inline void addPacks(int count, Get get) {
#ifdef ELEMENT_F32
#pragma unroll
        for (int k = 0; k < MOST; k++) {
            if (k >= count) break;
            float x[PACK];
            unpack(get(k), x);
            add(x);
        }
#else
        float upper[4] = {}, lower[4] = {}, sums[4] = {};
        Pairs<RANGE> compared = pairs;
#pragma unroll
        for (int k = 0; k < MOST; k++) {
            if (k >= count) break;
            unsigned rows[4];
            const Vector<Element, PACK> packed = get(k);
            memcpy(rows, &packed, sizeof rows);
            multiplyAdd(upper, rows, rows[0], rows[2]);
            multiplyAdd(lower, rows, rows[1], rows[3]);
            multiplyAdd(sums, rows, ONE_PAIR, ONE_PAIR);
            compared.add(rows);
        }
        const bool second = threadIdx.x / 4 % 2 != 0;
        const float squared = (second ? upper[1] : upper[0]) + (second ? lower[3] : lower[2]);
        // Lanes beside the diagonal have products of two rows, large only where the squares of one of them are.
        if (__any_sync(0xffffffffu, !(squared < LARGE_SQUARES))) {
#pragma unroll
            for (int k = 0; k < MOST; k++) {
                if (k >= count) break;
                const Vector<Element, PACK> packed = get(k);
                uint4 words;
                memcpy(&words, &packed, sizeof words);
                addOddPack(odd, !hasOdd, words);
                hasOdd = true;
            }
            return;
        }
        pairs = compared;
        diagonal += squared;
        fourfold += sums[0] + sums[2];
#endif
    }

    /** Whether the group was like most; one that was not is among the odd ones with all it has. */
    template <int V>
    __device__ inline bool addSums(const float (&x)[V]) {
        // Two sums of squares, and sums of pairs, so that no operation waits for more than four others.
        constexpr int HALF = (V + 1) / 2;
        float s[HALF], q[2] = {x[0] * x[0], V == 1 ? 0 : x[V / 2] * x[V / 2]};
#pragma unroll
        for (int i = 0; i < HALF; i++) s[i] = i + HALF < V ? x[i] + x[(i + HALF) % V] : x[i];
#pragma unroll
        for (int i = 1; i < V / 2; i++) {
            q[0] = fmaf(x[i], x[i], q[0]);
            q[1] = fmaf(x[i + V / 2], x[i + V / 2], q[1]);
        }
#pragma unroll
        for (int away = 1; away < HALF; away *= 2) {
#pragma unroll
            for (int i = 0; i + away < HALF; i += 2 * away) s[i] += s[i + away];
        }
        const float square = q[0] + q[1];
        // Not below also where it is no number.
        if (!(square < LARGE_SQUARES)) {
            Floats<V> group;
#pragma unroll
            for (int i = 0; i < V; i++) group.at[i] = x[i];
            addOdd(odd, !hasOdd, group);
            hasOdd = true;
            return false;
        }
        sum += s[0];
        squares += square;
        return true;
    }
};

using Tally = TallyOf<false>;
using RangeTally = TallyOf<true>;

/** The most that a count can be told as stands for all above it, as of logits that are all NaN there may be. */
__device__ inline unsigned counted(unsigned a, unsigned b) { return a + b < a ? 0xffffffffu : a + b; }

/** Merges b, which comes later, into a. */
__device__ inline void merge(Summary& a, const Summary& b) {
    a.sum += b.sum;
    a.squares += b.squares;
    a.low = fminf(a.low, b.low);
    a.high = fmaxf(a.high, b.high);
    a.largest = max(a.largest, b.largest);
    a.nan = counted(a.nan, b.nan);
    a.infinite = counted(a.infinite, b.infinite);
}

__device__ inline double exchanged(double x, int away) { return __shfl_xor_sync(0xffffffffu, x, away); }

/** A thread's sums of squares below this can be added over a warp in float. */
constexpr float LARGE_SHARE = 1e36f;

/** The summary of a warp of which a thread has met something odd, or has large sums. */
OUT_OF_LINE Summary ofOddWarp(Summary mine, const Odd* met) {
    const Odd odd = met == nullptr ? Odd::none() : *met;
    mine.sum += odd.sum + static_cast<double>(odd.largeSum) * 0x1p70;
    mine.squares += odd.squares + static_cast<double>(odd.largeSquares) * 0x1p140;
    mine.low = fminf(mine.low, odd.low);
    mine.high = fmaxf(mine.high, odd.high);
    mine.largest = __reduce_max_sync(0xffffffffu, max(mine.largest, __float_as_uint(odd.largest)));
    mine.nan = __reduce_add_sync(0xffffffffu, odd.nan);
    mine.infinite = __reduce_add_sync(0xffffffffu, odd.infinite);
    for (int away = WARP / 2; away > 0; away /= 2) {
        mine.sum += exchanged(mine.sum, away);
        mine.squares += exchanged(mine.squares, away);
        mine.low = fminf(mine.low, __shfl_xor_sync(0xffffffffu, mine.low, away));
        mine.high = fmaxf(mine.high, __shfl_xor_sync(0xffffffffu, mine.high, away));
    }
    return mine;
}

/** The summary of a warp, in every lane of it. */
template <bool RANGE>
__device__ inline Summary ofWarp(const TallyOf<RANGE>& tally) {
    float low = tally.range.low, high = tally.range.high, largest = fmaxf(tally.largest, tally.pairs.largest());
    if (RANGE) {
        low = fminf(low, tally.pairs.low());
        high = fmaxf(high, tally.pairs.high());
        largest = fmaxf(0.f, fmaxf(-low, high));
    }
    const int lane = threadIdx.x % WARP;
    const float all = tally.sum + tally.fourfold / 4;
    const float squares = tally.squares + (lane % 4 == lane / 8 ? tally.diagonal : 0);
    Summary sum = {all, squares, low, high, __float_as_uint(largest), 0, 0, 0};
    if (__any_sync(0xffffffffu, tally.hasOdd || !(squares < LARGE_SHARE))) {
        return ofOddWarp(sum, tally.hasOdd ? tally.odd : nullptr);
    }
    sum.sum = warpSum(all);
    sum.squares = warpSum(squares);
    sum.largest = __reduce_max_sync(0xffffffffu, sum.largest);
    if (RANGE) {
        sum.low = warpMin(low);
        sum.high = warpMax(high);
    }
    return sum;
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
