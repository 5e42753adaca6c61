// Self-attention for any head size up to 256 and any format: the path of fp32, and what tensor cores are checked against.
//
// attention_plain_forward: as attention_forward; a warp is one query of a head. Keys are taken 32 at a time, one a lane.
// attention_plain_queries: gradient of queries and dots (B H T) = sum of out * dout; a warp is one query.
// attention_plain_keys: gradients of keys and values; a warp is one key, and meets its queries in order.
#include "attention_shape.cuh"
#include "reduce.cuh"

constexpr int LANES = 8; // values of a head that a lane keeps: 8 * 32 = 256
#define MINUS_INFINITY (-__int_as_float(0x7f800000))

__device__ inline float product(const Element* a, const Element* b, int size) {
    float sum = 0;
    for (int i = 0; i < size; i++) sum = fmaf(widen(a[i]), widen(b[i]), sum);
    return sum;
}

/** Which query or key of which head a warp has; false where there is none left. */
__device__ inline bool place(const AttentionShape& s, int& b, int& head, int& t) {
    const long task = (static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x) / WARP;
    if (task >= static_cast<long>(s.batch) * s.heads * s.context) return false;
    t = task % s.context;
    head = task / s.context % s.heads;
    b = task / s.context / s.heads;
    return true;
}

__device__ inline void storeHead(const float (&x)[LANES], Element* to, int size, float factor) {
#pragma unroll
    for (int i = 0; i < LANES; i++) {
        const int c = i * WARP + threadIdx.x % WARP;
        if (c < size) to[c] = narrow(x[i] * factor);
    }
}

/** x += weight * row. */
__device__ inline void addHead(float (&x)[LANES], const Element* row, int size, float weight) {
#pragma unroll
    for (int i = 0; i < LANES; i++) {
        const int c = i * WARP + threadIdx.x % WARP;
        if (c < size) x[i] = fmaf(weight, widen(row[c]), x[i]);
    }
}

__device__ inline float biased(float score, const AttentionShape& s, float slope, int query, int key) {
    return score * s.scale + AttentionShape::bias(slope, query, key);
}

template <bool OBSERVED>
__device__ void forward(const Element* qkv, Element* out, float* logs, const AttentionShape& s, float* largest,
                        float* entropies) {
    int b, head, t;
    if (!place(s, b, head, t)) return;
    const int lane = threadIdx.x % WARP;
    const long wide = 3L * s.width;
    const Element* q = qkv + s.row(b, t) * wide + head * s.size;
    const Element* k = qkv + s.row(b, 0) * wide + s.width + head * s.size;
    const float slope = s.slope(head);
    const Sight sight = {s.context, s.prefix(b)};
    float mixed[LANES] = {};
    float max = MINUS_INFINITY, sum = 0, weighted = 0, magnitude = 0;
    const int keys = sight.keysFor(t);
    for (int first = 0; first < keys; first += WARP) {
        const int key = first + lane;
        const bool seen = key < keys && sight.sees(t, key);
        const float raw = seen ? product(q, k + key * wide, s.size) : 0;
        const float score = seen ? biased(raw, s, slope, t, key) : MINUS_INFINITY;
        if (OBSERVED) magnitude = fmaxf(magnitude, fabsf(raw * s.scale));
        const float top = fmaxf(max, warpMax(score));
        const float base = top == MINUS_INFINITY ? 0 : top;
        const float shrink = expf(max - base);
        const float p = expf(score - base);
        max = top;
        sum = sum * shrink + warpSum(p);
        if (OBSERVED) weighted = weighted * shrink + warpSum(p > 0 ? p * score : 0);
#pragma unroll
        for (int i = 0; i < LANES; i++) mixed[i] *= shrink;
        for (int j = 0; j < WARP && first + j < keys; j++) {
            addHead(mixed, k + (first + j) * wide + s.width, s.size, __shfl_sync(0xffffffffu, p, j));
        }
    }
    storeHead(mixed, out + s.row(b, t) * s.width + head * s.size, s.size, 1 / sum);
    if (OBSERVED) magnitude = warpMax(magnitude);
    if (lane == 0) {
        const long at = (static_cast<long>(b) * s.heads + head) * s.context + t;
        const float log = max + logf(sum);
        logs[at] = log;
        if (OBSERVED) {
            largest[s.ofQuery(b, t, head)] = magnitude;
            entropies[s.ofQuery(b, t, head)] = sight.relative(log - weighted / sum, t);
        }
    }
}

KERNEL(attention_plain_forward, 128)(const Element* qkv, Element* out, float* logs, AttentionShape s) {
    forward<false>(qkv, out, logs, s, nullptr, nullptr);
}

KERNEL(attention_plain_forward_observed, 128)(const Element* qkv, Element* out, float* logs, AttentionShape s,
                                              float* largest, float* entropies) {
    forward<true>(qkv, out, logs, s, largest, entropies);
}

KERNEL(attention_plain_queries, 128)(const Element* qkv, const Element* out, const Element* dOut, const float* logs,
                                     float* dots, Element* dQkv, AttentionShape s) {
    int b, head, t;
    if (!place(s, b, head, t)) return;
    const int lane = threadIdx.x % WARP;
    const long wide = 3L * s.width;
    const Element* q = qkv + s.row(b, t) * wide + head * s.size;
    const Element* k = qkv + s.row(b, 0) * wide + s.width + head * s.size;
    const long mine = s.row(b, t) * s.width + head * s.size;
    const long at = (static_cast<long>(b) * s.heads + head) * s.context + t;
    const float slope = s.slope(head);
    const Sight sight = {s.context, s.prefix(b)};
    float part = 0;
    for (int c = lane; c < s.size; c += WARP) part = fmaf(widen(out[mine + c]), widen(dOut[mine + c]), part);
    const float dot = warpSum(part);
    if (lane == 0) dots[at] = dot;
    float dQuery[LANES] = {};
    const int keys = sight.keysFor(t);
    for (int first = 0; first < keys; first += WARP) {
        const int key = first + lane;
        float d = 0;
        if (key < keys && sight.sees(t, key)) {
            const float p = expf(biased(product(q, k + key * wide, s.size), s, slope, t, key) - logs[at]);
            d = p * (product(dOut + mine, k + key * wide + s.width, s.size) - dot) * s.scale;
        }
        for (int j = 0; j < WARP && first + j < keys; j++) {
            addHead(dQuery, k + (first + j) * wide, s.size, __shfl_sync(0xffffffffu, d, j));
        }
    }
    storeHead(dQuery, dQkv + s.row(b, t) * wide + head * s.size, s.size, 1);
}

KERNEL(attention_plain_keys, 128)(const Element* qkv, const Element* dOut, const float* logs, const float* dots,
                                  Element* dQkv, AttentionShape s) {
    int b, head, t;
    if (!place(s, b, head, t)) return;
    const int lane = threadIdx.x % WARP;
    const long wide = 3L * s.width;
    const Element* q = qkv + s.row(b, 0) * wide + head * s.size;
    const Element* k = qkv + s.row(b, t) * wide + s.width + head * s.size;
    const Element* dHead = dOut + s.row(b, 0) * s.width + head * s.size;
    const long base = (static_cast<long>(b) * s.heads + head) * s.context;
    const float slope = s.slope(head);
    const Sight sight = {s.context, s.prefix(b)};
    float dKey[LANES] = {}, dValue[LANES] = {};
    for (int first = sight.firstQueryFor(t); first < s.context; first += WARP) {
        const int query = first + lane;
        float p = 0, d = 0;
        if (query < s.context && sight.sees(query, t)) {
            p = expf(biased(product(q + query * wide, k, s.size), s, slope, query, t) - logs[base + query]);
            d = p * (product(dHead + static_cast<long>(query) * s.width, k + s.width, s.size) - dots[base + query]) * s.scale;
        }
        for (int j = 0; j < WARP && first + j < s.context; j++) {
            addHead(dValue, dHead + static_cast<long>(first + j) * s.width, s.size, __shfl_sync(0xffffffffu, p, j));
            addHead(dKey, q + (first + j) * wide, s.size, __shfl_sync(0xffffffffu, d, j));
        }
    }
    Element* row = dQkv + s.row(b, t) * wide + head * s.size;
    storeHead(dKey, row + s.width, s.size, 1);
    storeHead(dValue, row + 2 * s.width, s.size, 1);
}
