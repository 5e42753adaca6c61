// Elements of 16 bits compared two at a time, as they lie in memory: one instruction for each pair.
#pragma once
#include "element.cuh"

#define INFINITELY_LARGE (__int_as_float(0x7f800000))

#ifndef ELEMENT_F32
#ifndef EMULATED
#ifdef ELEMENT_BF16
#define PAIR_OPERATION(operation) operation ".bf16x2 "
#else
#define PAIR_OPERATION(operation) operation ".f16x2 "
#endif
__device__ inline unsigned greaterPair(unsigned a, unsigned b) {
    unsigned c;
    asm(PAIR_OPERATION("max") "%0, %1, %2;" : "=r"(c) : "r"(a), "r"(b));
    return c;
}

__device__ inline unsigned lesserPair(unsigned a, unsigned b) {
    unsigned c;
    asm(PAIR_OPERATION("min") "%0, %1, %2;" : "=r"(c) : "r"(a), "r"(b));
    return c;
}
#else
#include "emulation_pairs.h"
#endif

__device__ inline unsigned magnitudePair(unsigned pair) { return pair & 0x7fff7fffu; }

__device__ inline Element half(unsigned pair, int which) {
    const unsigned short bits = static_cast<unsigned short>(pair >> 16 * which);
    Element element;
    memcpy(&element, &bits, sizeof bits);
    return element;
}

#ifdef ELEMENT_BF16
constexpr unsigned ONE_PAIR = 0x3f803f80u, INFINITE_PAIR = 0x7f807f80u;
#else
constexpr unsigned ONE_PAIR = 0x3c003c00u, INFINITE_PAIR = 0x7c007c00u;
#endif

/** What a thread has compared in pairs: the largest magnitude, or with RANGE the least and the greatest. */
template <bool RANGE>
struct Pairs {
    unsigned most = 0;
    unsigned least = INFINITE_PAIR;
    unsigned greatest = INFINITE_PAIR | 0x80008000u;

    /** Whether a vector of so many elements is compared in pairs. */
    __device__ static constexpr bool of(int elements) { return elements % 2 == 0; }

    template <int N>
    __device__ inline void add(const unsigned (&pairs)[N]) {
#pragma unroll
        for (int i = 0; i < N; i++) {
            if (RANGE) {
                least = lesserPair(least, pairs[i]);
                greatest = greaterPair(greatest, pairs[i]);
            } else {
                most = greaterPair(most, magnitudePair(pairs[i]));
            }
        }
    }

    template <int V>
    __device__ inline void add(const Vector<Element, V>& packed) {
        unsigned pairs[V / 2];
        memcpy(pairs, &packed, sizeof pairs);
        add(pairs);
    }

    __device__ inline float largest() const { return fmaxf(widen(half(most, 0)), widen(half(most, 1))); }
    __device__ inline float low() const { return fminf(widen(half(least, 0)), widen(half(least, 1))); }
    __device__ inline float high() const { return fmaxf(widen(half(greatest, 0)), widen(half(greatest, 1))); }
};
#else
/** Floats are compared one by one. */
template <bool RANGE>
struct Pairs {
    __device__ static constexpr bool of(int) { return false; }
    template <int V>
    __device__ inline void add(const Vector<Element, V>&) {}
    __device__ inline float largest() const { return 0; }
    __device__ inline float low() const { return INFINITELY_LARGE; }
    __device__ inline float high() const { return -INFINITELY_LARGE; }
};
#endif
