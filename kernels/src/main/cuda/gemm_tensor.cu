// Matrix products on tensor cores where no cuBLASLt is installed: c (m, n) = a b, row-major, each of a and b given as it
// lies or transposed. Accumulates in float in the order of k, so the bits depend on the shape alone.
//
// gemm_tensor_XY: X and Y are n (as it lies) or t (transposed), of a and b. A block is 128 x 128 of c, k in slices of 32,
//     two slices in shared memory; eight warps, each 16 rows and 128 columns, 32 mma a slice. Leading dimensions are
//     multiples of 8 elements; other shapes go to gemm_plain. gemm_tensor_tn_add adds to a float c, as weight gradients need.
#ifndef ELEMENT_F32
#include "tensorcore.cuh"

constexpr int SIDE = 128;
constexpr int DEPTH = 32;
constexpr int THREADS = 256;
/** A slice lies as it was read: (SIDE, DEPTH) or, read transposed, (DEPTH, SIDE). */
constexpr int SLICE = (SIDE + PAD) * (DEPTH + PAD);

/** Reads a slice: rows [first, first + SIDE) and depth [from, from + DEPTH) of a matrix (rows, depth), or of its transpose. */
template <bool TRANSPOSED>
__device__ inline void copySlice(Element* to, const Element* matrix, int first, int from, int rows, int depth) {
    constexpr int ROWS = TRANSPOSED ? DEPTH : SIDE, WIDTH = TRANSPOSED ? SIDE : DEPTH;
    constexpr int PACKS = WIDTH / PACK;
    const int row0 = TRANSPOSED ? from : first, column0 = TRANSPOSED ? first : from;
    const int allRows = TRANSPOSED ? depth : rows, stride = TRANSPOSED ? rows : depth;
#pragma unroll
    for (int i = threadIdx.x; i < ROWS * PACKS; i += THREADS) {
        const int row = i / PACKS, column = i % PACKS * PACK;
        const bool there = row0 + row < allRows && column0 + column < stride;
        copyAsync(to + row * (WIDTH + PAD) + column,
                  matrix + (there ? static_cast<long>(row0 + row) * stride + column0 + column : 0), there);
    }
}

__device__ inline void put(Element* c, long index, float x, float y) {
    float pair[2] = {x, y};
    store<2>(c, index, pair);
}

__device__ inline void put(float* c, long index, float x, float y) {
    Vector<float, 2>& pair = *reinterpret_cast<Vector<float, 2>*>(c + index);
    pair.at[0] += x;
    pair.at[1] += y;
}

template <bool AT, bool BT, class C>
__device__ void product(const Element* a, const Element* b, C* c, int m, int n, int k) {
    DYNAMIC_SHARED(Element, shared);
    const int firstRow = blockIdx.y * SIDE, firstColumn = blockIdx.x * SIDE;
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    // b transposed, (n, k), lies like a does when it is not transposed, (m, k).
    copySlice<AT>(shared, a, firstRow, 0, m, k);
    copySlice<!BT>(shared + SLICE, b, firstColumn, 0, n, k);
    commitCopies();
    float sum[SIDE / 8][4] = {};
    for (int slice = 0, now = 0; slice < k; slice += DEPTH, now = 1 - now) {
        awaitCopies<0>();
        __syncthreads();
        if (slice + DEPTH < k) {
            Element* next = shared + (1 - now) * 2 * SLICE;
            copySlice<AT>(next, a, firstRow, slice + DEPTH, m, k);
            copySlice<!BT>(next + SLICE, b, firstColumn, slice + DEPTH, n, k);
            commitCopies();
        }
        const Element* left = shared + now * 2 * SLICE;
        const Element* right = left + SLICE;
        unsigned fragments[DEPTH / 16][4];
        if (AT) {
#pragma unroll
            for (int d = 0; d < DEPTH / 16; d++) {
                loadTilesTransposed(fragments[d], left + (d * 16 + lane / 16 * 8 + lane % 8) * (SIDE + PAD) + warp * 16 +
                                                      lane / 8 % 2 * 8);
            }
        } else {
            loadLeft<DEPTH>(fragments, left + warp * 16 * (DEPTH + PAD), DEPTH + PAD);
        }
        if (BT) {
            multiplyTransposed<SIDE, DEPTH>(sum, fragments, right, DEPTH + PAD);
        } else {
            multiply<SIDE, DEPTH>(sum, fragments, right, SIDE + PAD);
        }
    }
    const int row = firstRow + warp * 16 + lane / 4;
#pragma unroll
    for (int i = 0; i < SIDE / 8; i++) {
        const int column = firstColumn + i * 8 + lane % 4 * 2;
        if (column >= n) continue;
        if (row < m) put(c, static_cast<long>(row) * n + column, sum[i][0], sum[i][1]);
        if (row + 8 < m) put(c, static_cast<long>(row + 8) * n + column, sum[i][2], sum[i][3]);
    }
}

#define FOR_LAYOUT(NAME, AT, BT, C)                                                                             \
    KERNEL(gemm_tensor_##NAME, THREADS)(const Element* a, const Element* b, C* c, int m, int n, int k) {        \
        product<AT, BT>(a, b, c, m, n, k);                                                                      \
    }

FOR_LAYOUT(nn, false, false, Element)
FOR_LAYOUT(nt, false, true, Element)
FOR_LAYOUT(tn_add, true, false, float)
#endif
