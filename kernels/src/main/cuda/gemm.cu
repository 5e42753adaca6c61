// Matrix products where no cuBLASLt is installed: c (m, n) = a b, row-major, each of a and b given as it lies or
// transposed. Accumulates in float, in the order of k, so the bits depend on the shape alone.
//
// gemm_plain writes c in the format of the run; gemm_plain_add adds to a float c, as weight gradients need.
//     Any format. A block is 64 x 64 of c, k in slices of 16 through shared memory, a thread 4 x 4 of c.
#include "element.cuh"

constexpr int SIDE = 64;
constexpr int DEPTH = 16;

struct Slices {
    float left[DEPTH][SIDE + 1];
    float right[DEPTH][SIDE + 1];
};

__device__ inline void put(Element* c, float sum) { *c = narrow(sum); }

/** A place in a float matrix that is added to, of another type than Element even where that is float. */
struct Sum {
    float value;
};

__device__ inline void put(Sum* c, float sum) { c->value += sum; }

template <class C>
__device__ void product(const Element* a, const Element* b, C* c, int m, int n, int k, int aTransposed, int bTransposed,
                        Slices& slices) {
    auto& left = slices.left;
    auto& right = slices.right;
    const int firstRow = blockIdx.y * SIDE, firstColumn = blockIdx.x * SIDE;
    const int row = threadIdx.x / 16 * 4, column = threadIdx.x % 16 * 4;
    float sum[4][4] = {};
    for (int slice = 0; slice < k; slice += DEPTH) {
        for (int i = threadIdx.x; i < SIDE * DEPTH; i += blockDim.x) {
            // Neighbouring threads read neighbouring elements, however the matrix lies.
            const int r = aTransposed ? i % SIDE : i / DEPTH, ra = aTransposed ? i / SIDE : i % DEPTH;
            const int q = bTransposed ? i / DEPTH : i % SIDE, rb = bTransposed ? i % DEPTH : i / SIDE;
            const long ka = slice + ra, kb = slice + rb, im = firstRow + r, in = firstColumn + q;
            left[ra][r] = ka < k && im < m ? widen(aTransposed ? a[ka * m + im] : a[im * k + ka]) : 0;
            right[rb][q] = kb < k && in < n ? widen(bTransposed ? b[in * k + kb] : b[kb * n + in]) : 0;
        }
        __syncthreads();
#pragma unroll
        for (int d = 0; d < DEPTH; d++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
#pragma unroll
                for (int j = 0; j < 4; j++) sum[i][j] = fmaf(left[d][row + i], right[d][column + j], sum[i][j]);
            }
        }
        __syncthreads();
    }
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            const long r = firstRow + row + i, q = firstColumn + column + j;
            if (r < m && q < n) put(c + r * n + q, sum[i][j]);
        }
    }
}

__device__ inline Slices& sharedSlices() {
    __shared__ Slices slices;
    return slices;
}

KERNEL(gemm_plain, 256)(const Element* a, const Element* b, Element* c, int m, int n, int k, int aTransposed,
                        int bTransposed) {
    product(a, b, c, m, n, k, aTransposed, bTransposed, sharedSlices());
}

KERNEL(gemm_plain_add, 256)(const Element* a, const Element* b, Sum* c, int m, int n, int k, int aTransposed,
                            int bTransposed) {
    product(a, b, c, m, n, k, aTransposed, bTransposed, sharedSlices());
}
