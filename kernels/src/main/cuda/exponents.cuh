// How many elements have each exponent of fp32: 255 bins, zeros, not finite. A block counts in shared memory, then adds its
// counts to the tensor's. Integer atomics, whose order does not matter.
#pragma once
#include "summary.cuh"

constexpr int ZEROS = 255, BROKEN = 256, COUNTS = 257;
/** Elements that are looked at together where only one run in some is. */
constexpr int RUN = 64;

/** The block's counts, all zero. */
__device__ inline unsigned* clearedCounts() {
    __shared__ unsigned counts[COUNTS];
    for (int i = threadIdx.x; i < COUNTS; i += blockDim.x) counts[i] = 0;
    __syncthreads();
    return counts;
}

__device__ inline void countExponent(unsigned* counts, float x) {
    const unsigned bits = __float_as_uint(x) & 0x7fffffffu;
    atomicAdd(counts + (bits == 0 ? ZEROS : bits >= INFINITE_BITS ? BROKEN : static_cast<int>(bits >> 23)), 1u);
}

/** Adds the block's counts to those of the tensor. */
__device__ inline void addCounts(const unsigned* mine, unsigned* counts) {
    __syncthreads();
    for (int i = threadIdx.x; i < COUNTS; i += blockDim.x) {
        if (mine[i] != 0) atomicAdd(counts + i, mine[i]);
    }
}
