// One step of power iteration on a float matrix W (rows, columns), in double, in a fixed order: with the unit vector v,
// u = W v, the estimate of the largest singular value is ||u||, and the next v is W^T u made a unit vector.
//
// power_rows: u (rows) and the squared norm of each row (rows). A warp a row; reads W once.
// power_columns: parts (groups, columns) of W^T u. Blocks (columns, groups of rows); reads W once more.
// power_finish: norms (2) = sum u^2 and the squared Frobenius norm; v is replaced where the new one has a direction.
//     One block.
#include "reduce.cuh"
#include "summary.cuh"

KERNEL(power_rows, 256)(const float* w, const double* v, double* u, double* squares, int rows, int columns) {
    const long row = static_cast<long>(blockIdx.x) * 8 + threadIdx.x / WARP;
    if (row >= rows) return;
    double product = 0, norm = 0;
    for (int c = threadIdx.x % WARP; c < columns; c += WARP) {
        const double x = w[row * columns + c];
        product += x * v[c];
        norm += x * x;
    }
    for (int away = WARP / 2; away > 0; away /= 2) {
        product += exchanged(product, away);
        norm += exchanged(norm, away);
    }
    if (threadIdx.x % WARP == 0) {
        u[row] = product;
        squares[row] = norm;
    }
}

KERNEL(power_columns, 64)(const float* w, const double* u, double* parts, int rows, int columns, int rowsEach) {
    const int column = blockIdx.x * blockDim.x + threadIdx.x;
    if (column >= columns) return;
    const long last = min(static_cast<long>(rows), static_cast<long>(blockIdx.y + 1) * rowsEach);
    double sum = 0;
    for (long row = static_cast<long>(blockIdx.y) * rowsEach; row < last; row++) {
        sum += u[row] * w[row * columns + column];
    }
    parts[static_cast<long>(blockIdx.y) * columns + column] = sum;
}

/** The sum over a block of 256, in every thread of it. */
__device__ inline double blockTotal(double x, double* shared) {
    __syncthreads();
    shared[threadIdx.x] = x;
    __syncthreads();
    for (int half = 128; half > 0; half /= 2) {
        if (threadIdx.x < half) shared[threadIdx.x] += shared[threadIdx.x + half];
        __syncthreads();
    }
    return shared[0];
}

KERNEL(power_finish, 256)(const double* u, const double* squares, double* parts, double* v, double* norms, int rows,
                          int columns, int groups) {
    __shared__ double shared[256];
    double product = 0, norm = 0, next = 0;
    for (int row = threadIdx.x; row < rows; row += blockDim.x) {
        product += u[row] * u[row];
        norm += squares[row];
    }
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        double sum = 0;
        for (int group = 0; group < groups; group++) sum += parts[static_cast<long>(group) * columns + c];
        parts[c] = sum;
        next += sum * sum;
    }
    product = blockTotal(product, shared);
    norm = blockTotal(norm, shared);
    next = blockTotal(next, shared);
    if (threadIdx.x == 0) {
        norms[0] = product;
        norms[1] = norm;
    }
    // A zero matrix, or one that is not finite, has no direction to carry on.
    if (!(next > 0) || !(next <= 1.7e308)) return;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) v[c] = parts[c] / sqrt(next);
}
