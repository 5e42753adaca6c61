// Tensor-core products of 16-bit tiles in shared memory, accumulated in float: mma.sync m16n8k16, ldmatrix.
//
// A warp owns 16 rows. Lane l holds, of a 16 x 8 accumulator, rows l / 4 and l / 4 + 8, columns 2 (l % 4) and one more:
//     c[0], c[1] of the first row, c[2], c[3] of the second.
// Compute capability 8.0 and newer; PTX ISA 7.0.
#pragma once
#include "copies.cuh"
#include "exponential.cuh"
#include "reduce.cuh"

#ifndef EMULATED
/** Four 8 x 8 tiles; lane l names the row l % 8 of tile l / 8. */
__device__ inline void loadTiles(unsigned (&r)[4], const Element* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(sharedAddress(row)));
}

__device__ inline void loadTilesTransposed(unsigned (&r)[4], const Element* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(sharedAddress(row)));
}

/** c (16 x 8) += a (16 x 16) b (16 x 8). */
__device__ inline void multiplyAdd(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
#ifdef ELEMENT_BF16
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
#else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
#endif
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

#else
#include "emulation_tensor.h"
#endif

__device__ inline unsigned packed(float low, float high) {
    Vector<Element, 2> v = {narrow(low), narrow(high)};
    return *reinterpret_cast<unsigned*>(&v);
}

/** Rows of a tile in shared memory are 16 bytes longer than they need be, so that eight of them lie in different banks. */
constexpr int PAD = 8;

/** Fragments of 16 rows and WIDTH columns of a row-major tile, for the left side of a product. */
template <int WIDTH>
__device__ inline void loadLeft(unsigned (&a)[WIDTH / 16][4], const Element* tile, int stride) {
    const int lane = threadIdx.x % WARP;
#pragma unroll
    for (int k = 0; k < WIDTH / 16; k++) loadTiles(a[k], tile + (lane % 16) * stride + k * 16 + lane / 16 * 8);
}

/** c (16 x N) += a (16 x K) tile^T, with tile (N, K) row-major. */
template <int N, int K>
__device__ inline void multiplyTransposed(float (&c)[N / 8][4], const unsigned (&a)[K / 16][4], const Element* tile,
                                          int stride) {
    const int lane = threadIdx.x % WARP;
#pragma unroll
    for (int k = 0; k < K / 16; k++) {
#pragma unroll
        for (int n = 0; n < N / 16; n++) {
            unsigned b[4];
            loadTiles(b, tile + (n * 16 + lane / 16 * 8 + lane % 8) * stride + k * 16 + lane / 8 % 2 * 8);
            multiplyAdd(c[2 * n], a[k], b[0], b[1]);
            multiplyAdd(c[2 * n + 1], a[k], b[2], b[3]);
        }
    }
}

/** c (16 x N) += a (16 x K) tile, with tile (K, N) row-major. */
template <int N, int K>
__device__ inline void multiply(float (&c)[N / 8][4], const unsigned (&a)[K / 16][4], const Element* tile, int stride) {
    const int lane = threadIdx.x % WARP;
#pragma unroll
    for (int k = 0; k < K / 16; k++) {
#pragma unroll
        for (int n = 0; n < N / 16; n++) {
            unsigned b[4];
            loadTilesTransposed(b, tile + (k * 16 + lane % 16) * stride + n * 16 + lane / 16 * 8);
            multiplyAdd(c[2 * n], a[k], b[0], b[1]);
            multiplyAdd(c[2 * n + 1], a[k], b[2], b[3]);
        }
    }
}

/** Accumulators (16 x N), rounded, as the left side of the next product. */
template <int N>
__device__ inline void asLeft(unsigned (&a)[N / 16][4], const float (&c)[N / 8][4]) {
#pragma unroll
    for (int k = 0; k < N / 16; k++) {
        a[k][0] = packed(c[2 * k][0], c[2 * k][1]);
        a[k][1] = packed(c[2 * k][2], c[2 * k][3]);
        a[k][2] = packed(c[2 * k + 1][0], c[2 * k + 1][1]);
        a[k][3] = packed(c[2 * k + 1][2], c[2 * k + 1][3]);
    }
}

/** Copies rows of WIDTH elements into a tile of ROWS rows; rows from `rows` on become zero. All threads of the block. */
template <int ROWS, int WIDTH>
__device__ inline void copyTile(Element* tile, const Element* from, long stride, int rows) {
    constexpr int PACKS = WIDTH / PACK;
    for (int i = threadIdx.x; i < ROWS * PACKS; i += blockDim.x) {
        const int row = i / PACKS, column = i % PACKS * PACK;
        const bool there = row < rows;
        copyAsync(tile + row * (WIDTH + PAD) + column, from + (there ? row * stride + column : 0), there);
    }
}
