// Statistics of a tensor that no other kernel could measure, and the merge of all partial summaries of a step.
//
// summarise: x (n) -> one partial for each block. Reads n elements, writes 40 bytes a block; about 6 instructions an
//     element. Blocks are a function of n alone, so the result does not depend on the device.
// merge_summaries: partials -> one row for each tensor, in index order. Rows are scaled by 1 / loss scale where asked,
//     so that gradients are told unscaled.
#include "control.cuh"
#include "summary.cuh"

KERNEL(summarise, 256)(const Element* x, long n, Summary* partials) {
    RangeTally tallies[1];
    RangeTally& tally = tallies[0];
    const long stride = static_cast<long>(gridDim.x) * blockDim.x;
    const long packs = n / PACK;
    long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x;
    // Four loads in flight before the first use.
    for (; i + 3 * stride < packs; i += 4 * stride) {
        float a[PACK], b[PACK], c[PACK], d[PACK];
        load<PACK>(x, i * PACK, a);
        load<PACK>(x, (i + stride) * PACK, b);
        load<PACK>(x, (i + 2 * stride) * PACK, c);
        load<PACK>(x, (i + 3 * stride) * PACK, d);
        tally.add(a);
        tally.add(b);
        tally.add(c);
        tally.add(d);
    }
    for (; i < packs; i += stride) {
        float a[PACK];
        load<PACK>(x, i * PACK, a);
        tally.add(a);
    }
    if (blockIdx.x == 0 && threadIdx.x < n % PACK) {
        float a[1];
        load<1>(x, packs * PACK + threadIdx.x, a);
        tally.add(a);
    }
    publish(tallies, {partials});
}

/** Where the partials of a row are. */
struct Span {
    const Summary* partials;
    int count;
};

KERNEL(merge_summaries, 256)(const Span* spans, const Orders* unscaledBy, Summary* rows) {
    __shared__ Summary shared[256];
    const Span span = spans[blockIdx.x];
    const int each = (span.count + blockDim.x - 1) / blockDim.x;
    Summary sum = {0, 0, INFINITELY_LARGE, -INFINITELY_LARGE, 0, 0, 0, 0};
#pragma unroll 4
    for (int k = threadIdx.x * each; k < min(span.count, (static_cast<int>(threadIdx.x) + 1) * each); k++) {
        merge(sum, span.partials[k]);
    }
    shared[threadIdx.x] = sum;
    __syncthreads();
    // The first thread of each warp merges what its lanes have, then the first of all what those have.
    if (threadIdx.x % WARP == 0) {
        for (int k = 1; k < WARP; k++) merge(sum, shared[threadIdx.x + k]);
    }
    __syncthreads();
    if (threadIdx.x % WARP == 0) shared[threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.x != 0) return;
    for (int k = WARP; k < blockDim.x; k += WARP) merge(sum, shared[k]);
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
