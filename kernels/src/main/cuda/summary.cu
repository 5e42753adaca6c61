// Statistics of a tensor that no other kernel could measure, and the merge of all partial summaries of a step.
//
// summarise: x (n), of 16 bits -> one partial for each block; for floats see statistics.cu. Reads n elements, writes 40 bytes a block; about 6 instructions an
//     element. Blocks are a function of n alone, so the result does not depend on the device.
// merge_summaries: partials -> one row for each tensor, always in the same order. Rows are scaled by 1 / loss scale where asked,
//     so that gradients are told unscaled.
#include "control.cuh"
#include "summary.cuh"

/** Vectors that a thread has on their way before it uses the first. */
constexpr int AHEAD = 4;

#ifndef ELEMENT_F32
KERNEL(summarise, 256)(const Element* x, long n, Summary* partials) {
    Odd odd[1];
    RangeTally tallies[1] = {odd[0]};
    RangeTally& tally = tallies[0];
    const long packs = n / PACK, step = static_cast<long>(gridDim.x) * AHEAD * blockDim.x;
    for (long i = static_cast<long>(blockIdx.x) * AHEAD * blockDim.x + threadIdx.x; i < packs; i += step) {
        Vector<Element, PACK> some[AHEAD];
#pragma unroll
        for (int k = 0; k < AHEAD; k++) {
            if (i + k * blockDim.x < packs) some[k] = fetch<PACK>(x, (i + k * blockDim.x) * PACK);
        }
#pragma unroll
        for (int k = 0; k < AHEAD; k++) {
            if (i + k * blockDim.x >= packs) break;
            float a[PACK];
            unpack(some[k], a);
            tally.add(a, some[k]);
        }
    }
    if (blockIdx.x == 0 && threadIdx.x < n % PACK) {
        float a[1];
        load<1>(x, packs * PACK + threadIdx.x, a);
        tally.add(a);
    }
    publish(tallies, {partials});
}
#endif

/** Where the partials of a row are. */
struct Span {
    const Summary* partials;
    int count;
};

KERNEL(merge_summaries, 256)(const Span* spans, const Orders* unscaledBy, Summary* rows) {
    __shared__ Summary shared[256];
    const Span span = spans[blockIdx.x];
    Summary sum = {0, 0, INFINITELY_LARGE, -INFINITELY_LARGE, 0, 0, 0, 0};
#pragma unroll 4
    for (int k = threadIdx.x; k < span.count; k += blockDim.x) merge(sum, span.partials[k]);
    mergeThreads(shared, sum, [](Summary& a, const Summary& b) { merge(a, b); });
    if (threadIdx.x != 0) return;
    sum = shared[0];
    if (unscaledBy != nullptr) {
        const double factor = 1 / unscaledBy->scale;
        sum.sum *= factor;
        sum.squares *= factor * factor;
        sum.low *= static_cast<float>(factor);
        sum.high *= static_cast<float>(factor);
        sum.largest = __float_as_uint(__uint_as_float(sum.largest) * static_cast<float>(factor));
    }
    rows[blockIdx.x] = sum;
}
