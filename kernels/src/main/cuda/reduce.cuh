// Sums and maxima over a warp and over a block, always in the same order.
#pragma once
#include "element.cuh"

__device__ inline float warpSum(float x) {
    for (int away = WARP / 2; away > 0; away /= 2) x += __shfl_xor_sync(0xffffffffu, x, away);
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
