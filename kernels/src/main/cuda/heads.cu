// What happens to queries and keys between their projection and attention, in place on the joint tensor (B T, 3 C).
//
// rotate: turns the pairs (i, i + size / 2) of each head by the angle of the token's place; sign -1 turns gradients back
//     (Su et al., arXiv 2104.09864). Tables (T, size / 2) float. Reads and writes two thirds of the tensor.
// head_norm: RMS norm of each head with one gain (size) for queries and one for keys (Dehghani et al., arXiv 2302.05442);
//     keeps queries and keys as they came in raw (B T, 2 C). A warp is a head of a row.
// head_norm_backward: turns the gradients of the normalised into those of the raw ones; with n the normalised head and
//     h = gain * dy, dx = scale * (h - n * mean(h n)). Sums dy * n over a block's heads -> parts (blocks, size) for
//     queries and for keys, which norm_backward_merge adds up.
#include "reduce.cuh"

constexpr float EPSILON = 1e-5f;
constexpr int WARPS = 8;
constexpr int LANES = 8; // elements of a head that a lane keeps: 8 * 32 = 256

KERNEL(rotate, 256)(Element* qkv, const float* cosines, const float* sines, int rows, int context, int width, int size,
                    float sign) {
    const int half = size / 2, pairs = width; // width / 2 of queries and as many of keys
    const long all = static_cast<long>(rows) * pairs;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < all;
         i += static_cast<long>(gridDim.x) * blockDim.x) {
        const long row = i / pairs;
        const int pair = i % pairs, head = pair / half, k = pair % half;
        const long angle = row % context * half + k;
        const float cosine = cosines[angle], sine = sines[angle] * sign;
        Element* at = qkv + row * 3 * width + head * size + k;
        const float x = widen(at[0]), y = widen(at[half]);
        at[0] = narrow(x * cosine - y * sine);
        at[half] = narrow(y * cosine + x * sine);
    }
}

/** A head of one row, a lane's share of it: where it is in the joint and in the raw tensor, and whether it is a key. */
struct Head {
    long joint;
    long raw;
    bool key;

    __device__ Head(long task, int width, int size) {
        const int heads = 2 * width / size;
        const long row = task / heads;
        const int column = task % heads * size;
        joint = row * 3 * width + column;
        raw = row * 2 * width + column;
        key = column >= width;
    }
};

__device__ inline float scaleOf(const float (&x)[LANES], int size) {
    float squares = 0;
#pragma unroll
    for (int k = 0; k < LANES; k++) squares = fmaf(x[k], x[k], squares);
    return 1 / sqrtf(warpSum(squares) / size + EPSILON);
}

KERNEL(head_norm, 256)(Element* qkv, Element* raw, const Element* queryGain, const Element* keyGain, int rows, int width,
                       int size) {
    const int lane = threadIdx.x % WARP;
    const long tasks = static_cast<long>(rows) * (2 * width / size);
    for (long task = static_cast<long>(blockIdx.x) * WARPS + threadIdx.x / WARP; task < tasks; task += gridDim.x * WARPS) {
        const Head head(task, width, size);
        const Element* gain = head.key ? keyGain : queryGain;
        float x[LANES] = {};
#pragma unroll
        for (int k = 0; k < LANES; k++) {
            const int c = k * WARP + lane;
            if (c >= size) continue;
            raw[head.raw + c] = qkv[head.joint + c];
            x[k] = widen(qkv[head.joint + c]);
        }
        const float scale = scaleOf(x, size);
#pragma unroll
        for (int k = 0; k < LANES; k++) {
            const int c = k * WARP + lane;
            if (c < size) qkv[head.joint + c] = narrow(x[k] * scale * widen(gain[c]));
        }
    }
}

__device__ inline float* sharedGains() {
    __shared__ float gains[WARPS * LANES * WARP];
    return gains;
}

KERNEL(head_norm_backward, 256)(Element* d, const Element* raw, const Element* queryGain, const Element* keyGain,
                                float* queryParts, float* keyParts, int rows, int width, int size) {
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    const long tasks = static_cast<long>(rows) * (2 * width / size);
    float sums[2][LANES] = {};
    for (long task = static_cast<long>(blockIdx.x) * WARPS + warp; task < tasks; task += gridDim.x * WARPS) {
        const Head head(task, width, size);
        const Element* gain = head.key ? keyGain : queryGain;
        float x[LANES] = {}, h[LANES] = {};
#pragma unroll
        for (int k = 0; k < LANES; k++) {
            const int c = k * WARP + lane;
            if (c < size) x[k] = widen(raw[head.raw + c]);
        }
        const float scale = scaleOf(x, size);
        float product = 0;
#pragma unroll
        for (int k = 0; k < LANES; k++) {
            const int c = k * WARP + lane;
            if (c >= size) continue;
            const float dy = widen(d[head.joint + c]);
            x[k] *= scale;
            if (head.key) {
                sums[1][k] = fmaf(dy, x[k], sums[1][k]);
            } else {
                sums[0][k] = fmaf(dy, x[k], sums[0][k]);
            }
            h[k] = dy * widen(gain[c]);
            product = fmaf(h[k], x[k], product);
        }
        const float mean = warpSum(product) / size;
#pragma unroll
        for (int k = 0; k < LANES; k++) {
            const int c = k * WARP + lane;
            if (c < size) d[head.joint + c] = narrow(fmaf(x[k], -mean, h[k]) * scale);
        }
    }
    float* shared = sharedGains();
    for (int which = 0; which < 2; which++) {
        __syncthreads();
#pragma unroll
        for (int k = 0; k < LANES; k++) shared[warp * LANES * WARP + k * WARP + lane] = sums[which][k];
        __syncthreads();
        float* parts = which == 0 ? queryParts : keyParts;
        for (int c = threadIdx.x; c < size; c += blockDim.x) {
            float sum = 0;
            for (int w = 0; w < WARPS; w++) sum += shared[w * LANES * WARP + c];
            parts[static_cast<long>(blockIdx.x) * size + c] = sum;
        }
    }
}
