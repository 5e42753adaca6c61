// Self-attention on tensor cores, after FlashAttention-2 (Dao, arXiv 2307.08691): no score leaves the chip.
//
// attention_forward: qkv (B T, 3 C) -> out (B T, C), logs (B H T) the logarithm of each query's softmax denominator. A block
//     is 64 queries of a head. Its twin _measured measures queries, keys and values on the way, each element once: one
//     partial for each 64 queries of a head; _observed also tells per query the largest |q k| * scale and the entropy of
//     its attention over the largest it could have.
// attention_dots: dots (B H T) = sum of out * dout over a head.
// attention_backward_keys: gradients of keys and values; a block is 64 keys of a head, and a warp keeps 16 of them.
// attention_backward_queries: gradient of queries; a block is 64 queries of a head. Scores are computed twice over, so
//     that nothing is added by two blocks: 7 products instead of 5, no atomics, the same bits every time.
//
// Head sizes 32, 64 and 128, in 16-bit formats. Per tile of 64 x 64 and head size 64 each product is 32 mma a warp.
#ifndef ELEMENT_F32
#include "attention_shape.cuh"
#include "summary.cuh"
#include "tensorcore.cuh"

constexpr int TILE = 64;
constexpr int THREADS = 128;
#define MINUS_INFINITY (-__int_as_float(0x7f800000))

/** Sum over the four lanes that share a row. */
__device__ inline float rowSum(float x) {
    x += __shfl_xor_sync(0xffffffffu, x, 1);
    return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

__device__ inline float rowMax(float x) {
    x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
    return fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2));
}

/** Stores two rows of accumulators, each times its factor, as elements. */
template <int SIZE>
__device__ inline void storeRows(const float (&c)[SIZE / 8][4], Element* to, long stride, int row, int rows,
                                 float factor0, float factor1) {
    const int column = threadIdx.x % 4 * 2;
#pragma unroll
    for (int n = 0; n < SIZE / 8; n++) {
        float low[2] = {c[n][0] * factor0, c[n][1] * factor0}, high[2] = {c[n][2] * factor1, c[n][3] * factor1};
        if (row < rows) store<2>(to, row * stride + n * 8 + column, low);
        if (row + 8 < rows) store<2>(to, (row + 8) * stride + n * 8 + column, high);
    }
}

/** Tallies a tile of the joint tensor, all threads of the block a share; the rows that are not there are zero. */
template <int SIZE>
__device__ inline void tallyTile(const Element* tile, Tally& tally) {
    constexpr int PACKS = SIZE / PACK, EACH = TILE * PACKS / THREADS;
    tally.addPacks<EACH>(EACH, [&](int k) {
        const int i = threadIdx.x + k * THREADS;
        return fetch<PACK>(tile, i / PACKS * (SIZE + PAD) + i % PACKS * PACK);
    });
}

/** Each tile of queries is read by one block, which measures it, and on its diagonal the tiles of keys and values. */
template <int SIZE, bool MEASURED, bool OBSERVED>
__device__ void forward(const Element* qkv, Element* out, float* logs, float* largest, float* entropies,
                        Summary* partials, const AttentionShape& s) {
    constexpr int STRIDE = SIZE + PAD;
    DYNAMIC_SHARED(Element, shared);
    Element* queries = shared;
    Element* keys = queries + TILE * STRIDE;   // two tiles
    Element* values = keys + 2 * TILE * STRIDE; // two tiles
    const int head = blockIdx.y % s.heads, b = blockIdx.y / s.heads;
    // Late blocks see the most keys, so they begin first.
    const int firstQuery = (gridDim.x - 1 - blockIdx.x) * TILE;
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    const int row = firstQuery + warp * 16 + lane / 4;
    const long wide = 3L * s.width;
    const Element* q = qkv + s.row(b, 0) * wide + head * SIZE;
    const Element* k = q + s.width;
    const Element* v = k + s.width;
    const float slope = s.slope(head);
    const Sight sight = {s.context, s.prefix(b)};
    const int tiles = (sight.keysFor(min(firstQuery + TILE, s.context) - 1) + TILE - 1) / TILE;

    copyTile<TILE, SIZE>(queries, q + firstQuery * wide, wide, s.context - firstQuery);
    copyTile<TILE, SIZE>(keys, k, wide, s.context);
    copyTile<TILE, SIZE>(values, v, wide, s.context);
    commitCopies();
    awaitCopies<0>();
    __syncthreads();
    unsigned left[SIZE / 16][4];
    loadLeft<SIZE>(left, queries + warp * 16 * STRIDE, STRIDE);
    Odd odd[1];
    Tally tallies[1] = {odd[0]};
    const bool measured = MEASURED && partials != nullptr;
    if (measured) tallyTile<SIZE>(queries, tallies[0]);

    float mixed[SIZE / 8][4] = {};
    float max[2] = {MINUS_INFINITY, MINUS_INFINITY}, sum[2] = {0, 0}, weighted[2] = {0, 0}, magnitude[2] = {0, 0};
    for (int tile = 0; tile < tiles; tile++) {
        const int now = tile % 2, first = tile * TILE;
        if (tile + 1 < tiles) {
            const int next = first + TILE;
            copyTile<TILE, SIZE>(keys + (1 - now) * TILE * STRIDE, k + next * wide, wide, s.context - next);
            copyTile<TILE, SIZE>(values + (1 - now) * TILE * STRIDE, v + next * wide, wide, s.context - next);
            commitCopies();
        }
        if (measured && first == firstQuery) {
            tallyTile<SIZE>(keys + now * TILE * STRIDE, tallies[0]);
            tallyTile<SIZE>(values + now * TILE * STRIDE, tallies[0]);
        }
        float score[TILE / 8][4] = {};
        multiplyTransposed<TILE, SIZE>(score, left, keys + now * TILE * STRIDE, STRIDE);
        const bool whole = first + TILE <= s.context && (first + TILE - 1 <= firstQuery + warp * 16 || first + TILE <= sight.prefix);
        float top[2] = {max[0], max[1]};
#pragma unroll
        for (int n = 0; n < TILE / 8; n++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const int key = first + n * 8 + lane % 4 * 2 + i % 2, query = row + i / 2 * 8;
                float x = score[n][i] * s.scale;
                const bool seen = whole || sight.sees(query, key);
                if (OBSERVED && seen) magnitude[i / 2] = fmaxf(magnitude[i / 2], fabsf(x));
                if (slope != 0) x += AttentionShape::bias(slope, query, key);
                score[n][i] = seen ? x * LOG2E : MINUS_INFINITY;
                top[i / 2] = fmaxf(top[i / 2], score[n][i]);
            }
        }
#pragma unroll
        for (int r = 0; r < 2; r++) {
            top[r] = rowMax(top[r]);
            const float base = top[r] == MINUS_INFINITY ? 0 : top[r];
            const float shrink = exponential2(max[r] - base);
            max[r] = top[r];
            sum[r] *= shrink;
            weighted[r] *= shrink;
#pragma unroll
            for (int n = 0; n < SIZE / 8; n++) {
                mixed[n][2 * r] *= shrink;
                mixed[n][2 * r + 1] *= shrink;
            }
#pragma unroll
            for (int n = 0; n < TILE / 8; n++) {
#pragma unroll
                for (int i = 2 * r; i < 2 * r + 2; i++) {
                    const float p = exponential2(score[n][i] - base);
                    sum[r] += p;
                    // Where p is 0 the score may be minus infinity, and 0 times that would be no number.
                    if (OBSERVED && p > 0) weighted[r] = fmaf(p, score[n][i], weighted[r]);
                    score[n][i] = p;
                }
            }
        }
        unsigned p[TILE / 16][4];
        asLeft<TILE>(p, score);
        multiply<SIZE, TILE>(mixed, p, values + now * TILE * STRIDE, STRIDE);
        awaitCopies<0>();
        __syncthreads();
    }

    float share[2];
#pragma unroll
    for (int r = 0; r < 2; r++) {
        sum[r] = rowSum(sum[r]);
        share[r] = 1 / sum[r];
        if (OBSERVED) {
            weighted[r] = rowSum(weighted[r]);
            magnitude[r] = rowMax(magnitude[r]);
        }
        const int query = row + r * 8;
        if (lane % 4 == 0 && query < s.context) {
            const long at = static_cast<long>(blockIdx.y) * s.context + query;
            const float log = (max[r] + log2f(sum[r])) * LN2;
            logs[at] = log;
            if (OBSERVED) {
                const long own = s.ofQuery(b, query, head);
                largest[own] = magnitude[r];
                entropies[own] = sight.relative(log - weighted[r] * share[r] * LN2, query);
            }
        }
    }
    storeRows<SIZE>(mixed, out + s.row(b, 0) * s.width + head * SIZE, s.width, row, s.context, share[0], share[1]);
    if (measured) publish(tallies, {partials});
}

/** What both backward kernels do with a tile: scores -> probabilities, and their gradients -> those of the scores. */
__device__ inline void softmaxBackward(float& score, float& d, bool seen, float bias, float log, float dot, float scale) {
    const float p = seen ? exponential2((fmaf(score, scale, bias) - log) * LOG2E) : 0.f;
    score = p;
    d = p * (d - dot) * scale;
}

template <int SIZE>
__device__ void backwardKeys(const Element* qkv, const Element* dOut, const float* logs, const float* dots,
                             Element* dQkv, const AttentionShape& s) {
    constexpr int STRIDE = SIZE + PAD;
    DYNAMIC_SHARED(Element, shared);
    Element* queries = shared;                  // two tiles; at first the keys and values
    Element* grads = queries + 2 * TILE * STRIDE; // two tiles
    const int head = blockIdx.y % s.heads, b = blockIdx.y / s.heads;
    const int firstKey = blockIdx.x * TILE;
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    const int row = firstKey + warp * 16 + lane / 4;
    const long wide = 3L * s.width;
    const Element* q = qkv + s.row(b, 0) * wide + head * SIZE;
    const Element* d = dOut + s.row(b, 0) * s.width + head * SIZE;
    const float* log = logs + static_cast<long>(blockIdx.y) * s.context;
    const float* dot = dots + static_cast<long>(blockIdx.y) * s.context;
    const float slope = s.slope(head);
    const Sight sight = {s.context, s.prefix(b)};

    copyTile<TILE, SIZE>(queries, q + s.width + firstKey * wide, wide, s.context - firstKey);
    copyTile<TILE, SIZE>(grads, q + 2 * s.width + firstKey * wide, wide, s.context - firstKey);
    commitCopies();
    awaitCopies<0>();
    __syncthreads();
    unsigned key[SIZE / 16][4], value[SIZE / 16][4];
    loadLeft<SIZE>(key, queries + warp * 16 * STRIDE, STRIDE);
    loadLeft<SIZE>(value, grads + warp * 16 * STRIDE, STRIDE);
    __syncthreads();

    float dKey[SIZE / 8][4] = {}, dValue[SIZE / 8][4] = {};
    const int firstTile = sight.firstQueryFor(firstKey) / TILE, tiles = (s.context + TILE - 1) / TILE;
    copyTile<TILE, SIZE>(queries, q + firstTile * TILE * wide, wide, s.context - firstTile * TILE);
    copyTile<TILE, SIZE>(grads, d + static_cast<long>(firstTile) * TILE * s.width, s.width, s.context - firstTile * TILE);
    commitCopies();
    awaitCopies<0>();
    __syncthreads();
    for (int tile = firstTile; tile < tiles; tile++) {
        const int now = (tile - firstTile) % 2, first = tile * TILE;
        const Element* query = queries + now * TILE * STRIDE;
        const Element* grad = grads + now * TILE * STRIDE;
        if (tile + 1 < tiles) {
            const int next = first + TILE;
            copyTile<TILE, SIZE>(queries + (1 - now) * TILE * STRIDE, q + next * wide, wide, s.context - next);
            copyTile<TILE, SIZE>(grads + (1 - now) * TILE * STRIDE, d + static_cast<long>(next) * s.width, s.width,
                                 s.context - next);
            commitCopies();
        }
        float score[TILE / 8][4] = {}, dScore[TILE / 8][4] = {};
        multiplyTransposed<TILE, SIZE>(score, key, query, STRIDE);
        multiplyTransposed<TILE, SIZE>(dScore, value, grad, STRIDE);
#pragma unroll
        for (int n = 0; n < TILE / 8; n++) {
#pragma unroll
            for (int i = 0; i < 2; i++) {
                const int column = first + n * 8 + lane % 4 * 2 + i;
                const bool there = column < s.context;
                const float l = there ? log[column] : 0, t = there ? dot[column] : 0;
#pragma unroll
                for (int r = 0; r < 2; r++) {
                    const int at = row + r * 8;
                    softmaxBackward(score[n][2 * r + i], dScore[n][2 * r + i], there && sight.sees(column, at),
                                    AttentionShape::bias(slope, column, at), l, t, s.scale);
                }
            }
        }
        unsigned left[TILE / 16][4];
        asLeft<TILE>(left, score);
        multiply<SIZE, TILE>(dValue, left, grad, STRIDE);
        asLeft<TILE>(left, dScore);
        multiply<SIZE, TILE>(dKey, left, query, STRIDE);
        awaitCopies<0>();
        __syncthreads();
    }
    Element* out = dQkv + s.row(b, 0) * wide + head * SIZE;
    storeRows<SIZE>(dKey, out + s.width, wide, row, s.context, 1, 1);
    storeRows<SIZE>(dValue, out + 2 * s.width, wide, row, s.context, 1, 1);
}

template <int SIZE>
__device__ void backwardQueries(const Element* qkv, const Element* dOut, const float* logs, const float* dots,
                                Element* dQkv, const AttentionShape& s) {
    constexpr int STRIDE = SIZE + PAD;
    DYNAMIC_SHARED(Element, shared);
    Element* keys = shared;                    // two tiles; at first the queries and their gradients
    Element* values = keys + 2 * TILE * STRIDE; // two tiles
    const int head = blockIdx.y % s.heads, b = blockIdx.y / s.heads;
    const int firstQuery = (gridDim.x - 1 - blockIdx.x) * TILE;
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    const int row = firstQuery + warp * 16 + lane / 4;
    const long wide = 3L * s.width;
    const Element* q = qkv + s.row(b, 0) * wide + head * SIZE;
    const Element* k = q + s.width;
    const Element* v = k + s.width;
    const float slope = s.slope(head);
    const Sight sight = {s.context, s.prefix(b)};
    float log[2], dot[2];
#pragma unroll
    for (int r = 0; r < 2; r++) {
        const long at = static_cast<long>(blockIdx.y) * s.context + min(row + r * 8, s.context - 1);
        log[r] = logs[at];
        dot[r] = dots[at];
    }

    copyTile<TILE, SIZE>(keys, q + firstQuery * wide, wide, s.context - firstQuery);
    copyTile<TILE, SIZE>(values, dOut + s.row(b, firstQuery) * s.width + head * SIZE, s.width, s.context - firstQuery);
    commitCopies();
    awaitCopies<0>();
    __syncthreads();
    unsigned query[SIZE / 16][4], grad[SIZE / 16][4];
    loadLeft<SIZE>(query, keys + warp * 16 * STRIDE, STRIDE);
    loadLeft<SIZE>(grad, values + warp * 16 * STRIDE, STRIDE);
    __syncthreads();

    float dQuery[SIZE / 8][4] = {};
    const int tiles = (sight.keysFor(min(firstQuery + TILE, s.context) - 1) + TILE - 1) / TILE;
    copyTile<TILE, SIZE>(keys, k, wide, s.context);
    copyTile<TILE, SIZE>(values, v, wide, s.context);
    commitCopies();
    awaitCopies<0>();
    __syncthreads();
    for (int tile = 0; tile < tiles; tile++) {
        const int now = tile % 2, first = tile * TILE;
        if (tile + 1 < tiles) {
            const int next = first + TILE;
            copyTile<TILE, SIZE>(keys + (1 - now) * TILE * STRIDE, k + next * wide, wide, s.context - next);
            copyTile<TILE, SIZE>(values + (1 - now) * TILE * STRIDE, v + next * wide, wide, s.context - next);
            commitCopies();
        }
        float score[TILE / 8][4] = {}, dScore[TILE / 8][4] = {};
        multiplyTransposed<TILE, SIZE>(score, query, keys + now * TILE * STRIDE, STRIDE);
        multiplyTransposed<TILE, SIZE>(dScore, grad, values + now * TILE * STRIDE, STRIDE);
#pragma unroll
        for (int n = 0; n < TILE / 8; n++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const int key = first + n * 8 + lane % 4 * 2 + i % 2, at = row + i / 2 * 8;
                softmaxBackward(score[n][i], dScore[n][i], sight.sees(at, key), AttentionShape::bias(slope, at, key),
                                log[i / 2], dot[i / 2], s.scale);
            }
        }
        unsigned left[TILE / 16][4];
        asLeft<TILE>(left, dScore);
        multiply<SIZE, TILE>(dQuery, left, keys + now * TILE * STRIDE, STRIDE);
        awaitCopies<0>();
        __syncthreads();
    }
    storeRows<SIZE>(dQuery, dQkv + s.row(b, 0) * wide + head * SIZE, wide, row, s.context, 1, 1);
}

/** One warp a query and head. */
KERNEL(attention_dots, 256)(const Element* out, const Element* dOut, float* dots, AttentionShape s) {
    const long all = static_cast<long>(s.batch) * s.context * s.heads;
    const long task = (static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x) / WARP;
    if (task >= all) return;
    const long row = task / s.heads;
    const int head = task % s.heads, lane = threadIdx.x % WARP;
    const long base = row * s.width + head * s.size;
    float sum = 0;
    for (int c = lane * 2; c < s.size; c += WARP * 2) {
        float a[2], b[2];
        load<2>(out, base + c, a);
        load<2>(dOut, base + c, b);
        sum = fmaf(a[0], b[0], sum);
        sum = fmaf(a[1], b[1], sum);
    }
    sum = warpSum(sum);
    const long b = row / s.context, t = row % s.context;
    if (lane == 0) dots[(b * s.heads + head) * s.context + t] = sum;
}

/** Blocks that a multiprocessor has room for, by shared memory: so many registers may be used and no more. */
#define BLOCKS(SIZE) (SIZE > 64 ? 3 : SIZE > 32 ? 4 : 6)

#define FOR_SIZE(SIZE)                                                                                                \
    KERNEL(attention_forward_##SIZE, THREADS, BLOCKS(SIZE))(const Element* qkv, Element* out, float* logs, AttentionShape s) {\
        forward<SIZE, false, false>(qkv, out, logs, nullptr, nullptr, nullptr, s);                                    \
    }                                                                                                                 \
    KERNEL(attention_forward_##SIZE##_measured, THREADS, BLOCKS(SIZE))(const Element* qkv, Element* out, float* logs, \
                                                         AttentionShape s, Summary* partials) {                       \
        forward<SIZE, true, false>(qkv, out, logs, nullptr, nullptr, partials, s);                                    \
    }                                                                                                                 \
    KERNEL(attention_forward_##SIZE##_observed, THREADS, BLOCKS(SIZE))(const Element* qkv, Element* out, float* logs, \
                                                         AttentionShape s, Summary* partials, float* largest,         \
                                                         float* entropies) {                                          \
        forward<SIZE, true, true>(qkv, out, logs, largest, entropies, partials, s);                                   \
    }                                                                                                                 \
    KERNEL(attention_backward_keys_##SIZE, THREADS)(const Element* qkv, const Element* dOut, const float* logs,       \
                                                    const float* dots, Element* dQkv, AttentionShape s) {             \
        backwardKeys<SIZE>(qkv, dOut, logs, dots, dQkv, s);                                                           \
    }                                                                                                                 \
    KERNEL(attention_backward_queries_##SIZE, THREADS)(const Element* qkv, const Element* dOut, const float* logs,    \
                                                       const float* dots, Element* dQkv, AttentionShape s) {          \
        backwardQueries<SIZE>(qkv, dOut, logs, dots, dQkv, s);                                                        \
    }

FOR_SIZE(32)
FOR_SIZE(64)
FOR_SIZE(128)
#endif
