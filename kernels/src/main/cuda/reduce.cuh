// Sums and maxima over a warp and over a block, always in the same order.
#pragma once
#include "element.cuh"

__device__ inline float warpSum(float x) {
    for (int away = WARP / 2; away > 0; away /= 2) x += __shfl_xor_sync(0xffffffffu, x, away);
    return x;
}

__device__ inline float warpMin(float x) {
    for (int away = WARP / 2; away > 0; away /= 2) x = fminf(x, __shfl_xor_sync(0xffffffffu, x, away));
    return x;
}

__device__ inline float warpMax(float x) {
    for (int away = WARP / 2; away > 0; away /= 2) x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, away));
    return x;
}

/** The sum over a block, in every thread of it; shared holds one float for each warp. */
__device__ inline float blockSum(float x, float* shared) {
    x = warpSum(x);
    __syncthreads();
    if (threadIdx.x % WARP == 0) shared[threadIdx.x / WARP] = x;
    __syncthreads();
    float sum = 0;
    for (int warp = 0; warp < (blockDim.x + WARP - 1) / WARP; warp++) sum += shared[warp];
    return sum;
}

__device__ inline float blockMax(float x, float* shared) {
    x = warpMax(x);
    __syncthreads();
    if (threadIdx.x % WARP == 0) shared[threadIdx.x / WARP] = x;
    __syncthreads();
    float max = shared[0];
    for (int warp = 1; warp < (blockDim.x + WARP - 1) / WARP; warp++) max = fmaxf(max, shared[warp]);
    return max;
}

/**
 * Brings what all threads of a block have together in shared[0], always in the same order. blockDim.x is a power of two,
 * and every thread calls it.
 */
template <class T, class Merge>
__device__ inline void mergeThreads(T* shared, const T& mine, Merge merge) {
    shared[threadIdx.x] = mine;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) merge(shared[threadIdx.x], shared[threadIdx.x + half]);
        __syncthreads();
    }
}
