// Token vectors plus learned position vectors, and their gradients without atomics.
//
// embed: tokens (rows) -> x (rows, columns). Reads two rows and writes one of each.
// embed_backward_parts: the rows of each token are sorted by the host and cut into parts of at most 32 rows; one block
//     sums a part in order. d (rows, columns) -> parts (count, columns) in float. Reads d once.
// embed_backward_tokens: adds the parts of each token in order -> gradient (vocabulary, columns), float.
// embed_backward_positions: adds a position's rows over the batch in order -> gradient (context, columns), float.
//     Both add to what is there, so a step of several passes adds up.
#include "reduce.cuh"
#include "summary.cuh"

template <bool MEASURED, int V>
__device__ void embedRows(const int* tokens, const Element* tokenVectors, const Element* positionVectors, Element* x,
                          int rows, int columns, int context, Tally& tally) {
    const int vectors = columns / V;
    const long all = static_cast<long>(rows) * vectors;
    const long stride = static_cast<long>(gridDim.x) * blockDim.x;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < all; i += stride) {
        const long row = i / vectors;
        const long column = i % vectors * V;
        float a[V], b[V];
        load<V>(tokenVectors, static_cast<long>(tokens[row]) * columns + column, a);
        if (positionVectors != nullptr) {
            load<V>(positionVectors, row % context * columns + column, b);
#pragma unroll
            for (int k = 0; k < V; k++) a[k] += b[k];
        }
        const auto stored = store<V>(x, row * columns + column, a);
        if (MEASURED) tally.add(a, stored);
    }
}

template <bool MEASURED>
__device__ void embedding(const int* tokens, const Element* tokenVectors, const Element* positionVectors, Element* x,
                          int rows, int columns, int context, Summary* partials) {
    Odd odd[1];
    Tally tallies[1] = {odd[0]};
    Tally& tally = tallies[0];
    if (columns % PACK == 0) {
        embedRows<MEASURED, PACK>(tokens, tokenVectors, positionVectors, x, rows, columns, context, tally);
    } else {
        embedRows<MEASURED, 1>(tokens, tokenVectors, positionVectors, x, rows, columns, context, tally);
    }
    if (MEASURED) publish(tallies, {partials});
}

MEASURABLE(embed, 256, embedding,
           (const int* tokens, const Element* tokenVectors, const Element* positionVectors, Element* x, int rows,
            int columns, int context, Summary* partials),
           (tokens, tokenVectors, positionVectors, x, rows, columns, context, partials))

/** A run of sorted rows of one token. */
struct Part {
    int token;
    int first;
    int count;
    int parts; // of this token from this one on; 0 where it is not the token's first
};

KERNEL(embed_backward_parts, 128)(const Element* d, const int* sortedRows, const Part* parts, const int* partCount,
                                  float* sums, int columns) {
    if (blockIdx.x >= *partCount) return;
    const Part part = parts[blockIdx.x];
    for (int column = threadIdx.x; column < columns; column += blockDim.x) {
        float sum = 0;
        for (int k = 0; k < part.count; k++) {
            sum += widen(d[static_cast<long>(sortedRows[part.first + k]) * columns + column]);
        }
        sums[static_cast<long>(blockIdx.x) * columns + column] = sum;
    }
}

KERNEL(embed_backward_tokens, 128)(const float* sums, const Part* parts, const int* partCount, float* gradient,
                                   int columns) {
    if (blockIdx.x >= *partCount) return;
    const Part part = parts[blockIdx.x];
    if (part.parts == 0) return;
    for (int column = threadIdx.x; column < columns; column += blockDim.x) {
        float sum = 0;
        for (int k = 0; k < part.parts; k++) sum += sums[(static_cast<long>(blockIdx.x) + k) * columns + column];
        gradient[static_cast<long>(part.token) * columns + column] += sum;
    }
}

KERNEL(embed_backward_positions, 256)(const Element* d, float* gradient, int batch, int columns, int context) {
    const long all = static_cast<long>(context) * columns;
    const long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i >= all) return;
    float sum = 0;
    for (int b = 0; b < batch; b++) sum += widen(d[b * all + i]);
    gradient[i] += sum;
}
