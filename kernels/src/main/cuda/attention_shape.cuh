// What both attention kernels know: where a head lies, and which keys a query sees.
#pragma once
#include "element.cuh"

/** Queries, keys and values lie joint in rows of 3 * width; a head is `size` columns of each third. 40 bytes, by value. */
struct AttentionShape {
    int batch;
    int heads;
    int context;
    int width;
    int size;
    float scale;         // of the products of queries and keys
    const float* slopes; // (heads) ALiBi: score -= slope * |key - query|; null for none
    const int* prefixes; // (batch) every query sees the keys before this one, so 0 is causal; null for all 0

    __device__ inline long row(int b, int t) const { return static_cast<long>(b) * context + t; }
    __device__ inline float slope(int head) const { return slopes == nullptr ? 0.f : slopes[head]; }
    /** What is added to the score of a key. */
    __device__ static inline float bias(float slope, int query, int key) { return -slope * fabsf(static_cast<float>(key - query)); }
    /** Where the largest score and the entropy of a query are, in tensors (B T, H). */
    __device__ inline long ofQuery(int b, int t, int head) const { return row(b, t) * heads + head; }
    __device__ inline int prefix(int b) const { return prefixes == nullptr ? 0 : prefixes[b]; }
};

/** Which keys the queries of a sequence see: those up to their own, and those of the prefix. */
struct Sight {
    int context;
    int prefix;

    __device__ inline bool sees(int query, int key) const { return key < context && (key <= query || key < prefix); }
    /** Keys that a query sees. */
    __device__ inline int count(int query) const { return max(query + 1, min(prefix, context)); }
    /** Its entropy over the largest it could have; a query that sees one key has none to lose, and counts as 1. */
    __device__ inline float relative(float entropy, int query) const {
        return count(query) == 1 ? 1.f : entropy / logf(static_cast<float>(count(query)));
    }
    /** One more than the last key that a query up to this one sees. */
    __device__ inline int keysFor(int lastQuery) const { return min(context, max(lastQuery + 1, prefix)); }
    /** The first query that sees a key from this one on. */
    __device__ inline int firstQueryFor(int key) const { return key < prefix ? 0 : key; }
};
