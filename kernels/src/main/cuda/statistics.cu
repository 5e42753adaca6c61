// Statistics that take a read of their own: what is asked now and then, of tensors of 16 bits in the format of the run, and,
// in the twins named _floats, of float tensors, which weights are in every format. Elements that are not finite are counted and enter no sum.
//
// exponents: how many elements have each exponent of fp32 -> counts (257): 255 bins, zeros, not finite. Looks at one run
//     of 64 elements in `stride`. Integer atomics, whose order does not matter.
// tail: finite elements, and those of magnitude above a threshold -> counts (2).
// shape: sums of the first four powers in double, finite elements and zeros -> a partial for each block, merged.
// rows: squared norms of rows -> a partial for each block: their sum, the largest, whole rows and broken ones. A warp a row.
// columns: for each column sum, sum of squares, largest magnitude -> parts (groups, 3, columns), merged in order.
#include "control.cuh"
#include "exponents.cuh"
#include "summary.cuh"

template <class S>
__device__ inline float wide(S x);
template <>
__device__ inline float wide<float>(float x) { return x; }
#ifndef ELEMENT_F32
template <>
__device__ inline float wide<Element>(Element x) { return widen(x); }
#endif

__device__ inline bool finite(float x) { return (__float_as_uint(x) & 0x7fffffffu) < INFINITE_BITS; }

/** The V elements from an index on, of either format. */
template <class S, int V>
__device__ inline void fetch(const S* from, long index, float (&x)[V]) {
    const Vector<S, V> raw = *reinterpret_cast<const Vector<S, V>*>(from + index);
#pragma unroll
    for (int i = 0; i < V; i++) x[i] = wide(raw.at[i]);
}

__device__ inline void summariseFloats(const float* x, long n, Summary* partials) {
    Odd odd[1];
    RangeTally tallies[1] = {odd[0]};
    RangeTally& tally = tallies[0];
    const long stride = static_cast<long>(gridDim.x) * blockDim.x;
    const long quads = n / 4;
#pragma unroll 4
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < quads; i += stride) {
        float a[4];
        fetch<float, 4>(x, i * 4, a);
        tally.add(a);
    }
    if (blockIdx.x == 0 && threadIdx.x < n % 4) {
        float a[1] = {x[quads * 4 + threadIdx.x]};
        tally.add(a);
    }
    publish(tallies, {partials});
}

KERNEL(summarise_floats, 256)(const float* x, long n, Summary* partials) { summariseFloats(x, n, partials); }

template <class S>
__device__ void countExponents(const S* x, long n, int stride, unsigned* counts) {
    constexpr int V = 16 / sizeof(S), EACH = RUN / V;
    unsigned* mine = clearedCounts();
    const long runs = (n + RUN - 1) / RUN;
    const long vectors = (runs + stride - 1) / stride * EACH;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < vectors;
         i += static_cast<long>(gridDim.x) * blockDim.x) {
        const long at = i / EACH * stride * RUN + i % EACH * V;
        if (at + V <= n) {
            float a[V];
            fetch<S, V>(x, at, a);
#pragma unroll
            for (int k = 0; k < V; k++) countExponent(mine, a[k]);
        } else {
            for (long k = at; k < n; k++) countExponent(mine, wide(x[k]));
        }
    }
    addCounts(mine, counts);
}

template <class S>
__device__ void countTail(const S* x, long n, float threshold, unsigned long long* counts) {
    unsigned whole = 0, above = 0;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < n;
         i += static_cast<long>(gridDim.x) * blockDim.x) {
        const float a = wide(x[i]);
        if (finite(a)) {
            whole++;
            above += fabsf(a) > threshold;
        }
    }
    whole = __reduce_add_sync(0xffffffffu, whole);
    above = __reduce_add_sync(0xffffffffu, above);
    if (threadIdx.x % WARP != 0) return;
    atomicAdd(counts, static_cast<unsigned long long>(whole));
    atomicAdd(counts + 1, static_cast<unsigned long long>(above));
}

/** 48 bytes, read by the host at these offsets. */
struct Shape {
    double sum, squares, cubes, fourths;
    unsigned long long whole, zeros;
};

__device__ inline Shape* sharedShapes() {
    __shared__ Shape shapes[256];
    return shapes;
}

__device__ inline void add(Shape& a, const Shape& b) {
    a.sum += b.sum;
    a.squares += b.squares;
    a.cubes += b.cubes;
    a.fourths += b.fourths;
    a.whole += b.whole;
    a.zeros += b.zeros;
}

__device__ inline void addOne(Shape& shape, float x) {
    if (!finite(x)) return;
    const double d = x, square = d * d;
    shape.sum += d;
    shape.squares += square;
    shape.cubes += square * d;
    shape.fourths += square * square;
    shape.whole++;
    shape.zeros += x == 0;
}

/** Powers of a vector in float, and their sums in double; element by element where a fourth power might be too large. */
template <int V>
__device__ inline void addSome(Shape& shape, const float (&x)[V]) {
    float sum = 0, squares = 0, cubes = 0, fourths = 0;
    unsigned zeros = 0;
#pragma unroll
    for (int k = 0; k < V; k++) {
        const float square = x[k] * x[k];
        sum += x[k];
        squares += square;
        cubes = fmaf(square, x[k], cubes);
        fourths = fmaf(square, square, fourths);
        zeros += x[k] == 0;
    }
    if (!(fourths < LARGE_SQUARES)) {
#pragma unroll
        for (int k = 0; k < V; k++) addOne(shape, x[k]);
        return;
    }
    shape.sum += sum;
    shape.squares += squares;
    shape.cubes += cubes;
    shape.fourths += fourths;
    shape.whole += V;
    shape.zeros += zeros;
}

template <class S>
__device__ void shapeOf(const S* x, long n, Shape* partials) {
    constexpr int V = 16 / sizeof(S);
    Shape mine = {};
    const long stride = static_cast<long>(gridDim.x) * blockDim.x, vectors = n / V;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < vectors; i += stride) {
        float a[V];
        fetch<S, V>(x, i * V, a);
        addSome(mine, a);
    }
    if (blockIdx.x == 0 && threadIdx.x < n % V) addOne(mine, wide(x[vectors * V + threadIdx.x]));
    Shape* shared = sharedShapes();
    mergeThreads(shared, mine, [](Shape& a, const Shape& b) { add(a, b); });
    if (threadIdx.x == 0) partials[blockIdx.x] = shared[0];
}

KERNEL(merge_shapes, 256)(const Shape* partials, int count, Shape* whole) {
    Shape sum = {};
    for (int k = threadIdx.x; k < count; k += blockDim.x) add(sum, partials[k]);
    Shape* shared = sharedShapes();
    mergeThreads(shared, sum, [](Shape& a, const Shape& b) { add(a, b); });
    if (threadIdx.x == 0) *whole = shared[0];
}

/** 32 bytes, read by the host at these offsets. */
struct RowNorms {
    double squares, largest;
    unsigned long long whole, broken;
};

__device__ inline RowNorms* sharedRowNorms() {
    __shared__ RowNorms rows[8];
    return rows;
}

__device__ inline void add(RowNorms& a, const RowNorms& b) {
    a.squares += b.squares;
    a.largest = a.largest < b.largest ? b.largest : a.largest;
    a.whole += b.whole;
    a.broken += b.broken;
}

template <class S>
__device__ void rowNorms(const S* x, int rows, int columns, RowNorms* partials) {
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    RowNorms mine = {};
    for (long row = static_cast<long>(blockIdx.x) * 8 + warp; row < rows; row += static_cast<long>(gridDim.x) * 8) {
        constexpr int V = 16 / sizeof(S);
        float sum = 0;
        if (columns % V == 0) {
            for (int c = lane * V; c < columns; c += WARP * V) {
                float a[V];
                fetch<S, V>(x, row * columns + c, a);
#pragma unroll
                for (int k = 0; k < V; k++) sum = fmaf(a[k], a[k], sum);
            }
        } else {
            for (int c = lane; c < columns; c += WARP) sum = fmaf(wide(x[row * columns + c]), wide(x[row * columns + c]), sum);
        }
        double squares = sum;
        unsigned bad = 0;
        if (!finite(sum)) {
            // Not finite elements, or finite ones whose squares are too large for float.
            squares = 0;
            const int each = columns % V == 0 ? V : 1;
            for (int c = lane * each; c < columns; c += WARP * each) {
                for (int k = c; k < c + each; k++) {
                    const float a = wide(x[row * columns + k]);
                    bad |= !finite(a);
                    squares += static_cast<double>(a) * a;
                }
            }
        }
        for (int away = WARP / 2; away > 0; away /= 2) {
            squares += exchanged(squares, away);
            bad |= __shfl_xor_sync(0xffffffffu, bad, away);
        }
        if (bad) {
            mine.broken++;
        } else {
            add(mine, {squares, squares, 1, 0});
        }
    }
    RowNorms* shared = sharedRowNorms();
    if (lane == 0) shared[warp] = mine;
    __syncthreads();
    if (threadIdx.x != 0) return;
    for (int i = 1; i < 8; i++) add(mine, shared[i]);
    partials[blockIdx.x] = mine;
}

KERNEL(merge_rows, 256)(const RowNorms* partials, int count, RowNorms* whole) {
    __shared__ RowNorms shared[256];
    RowNorms sum = {};
    for (int k = threadIdx.x; k < count; k += blockDim.x) add(sum, partials[k]);
    mergeThreads(shared, sum, [](RowNorms& a, const RowNorms& b) { add(a, b); });
    if (threadIdx.x == 0) *whole = shared[0];
}

/** Blocks (columns, groups of rows); a thread is a column. */
template <class S>
__device__ void columnSums(const S* x, int rows, int columns, int rowsEach, double* parts) {
    const int column = blockIdx.x * blockDim.x + threadIdx.x;
    if (column >= columns) return;
    const long last = min(static_cast<long>(rows), static_cast<long>(blockIdx.y + 1) * rowsEach);
    double sum = 0, squares = 0;
    float largest = 0;
#pragma unroll 8
    for (long row = static_cast<long>(blockIdx.y) * rowsEach; row < last; row++) {
        const float a = wide(x[row * columns + column]);
        if (!finite(a)) continue;
        sum += a;
        squares += static_cast<double>(a) * a;
        largest = fmaxf(largest, fabsf(a));
    }
    double* part = parts + static_cast<long>(blockIdx.y) * 3 * columns;
    part[column] = sum;
    part[columns + column] = squares;
    part[2 * columns + column] = largest;
}

constexpr int SLICES = 8, SLICE_COLUMNS = 32;

/** Parts of eight slices of one column, to be added in order. */
__device__ inline double* sharedSlices() {
    __shared__ double slices[3 * SLICES * SLICE_COLUMNS];
    return slices;
}

/**
 * Sums are multiplied by `times` and divided by the loss scale, where orders are given, as gradients need. A block is 32
 * columns; eight of its threads share a column, each a run of groups.
 */
KERNEL(merge_columns, 256)(const double* parts, int groups, int columns, const Orders* orders, float times, double* whole) {
    const int column = blockIdx.x * SLICE_COLUMNS + threadIdx.x % SLICE_COLUMNS, slice = threadIdx.x / SLICE_COLUMNS;
    const int each = (groups + SLICES - 1) / SLICES;
    const int last = min(groups, (slice + 1) * each);
    double sum = 0, squares = 0, largest = 0;
    if (column < columns) {
#pragma unroll 4
        for (int group = slice * each; group < last; group++) {
            const double* part = parts + static_cast<long>(group) * 3 * columns;
            sum += part[column];
            squares += part[columns + column];
            largest = largest < part[2 * columns + column] ? part[2 * columns + column] : largest;
        }
    }
    double* shared = sharedSlices();
    shared[threadIdx.x] = sum;
    shared[256 + threadIdx.x] = squares;
    shared[512 + threadIdx.x] = largest;
    __syncthreads();
    if (slice != 0 || column >= columns) return;
    for (int k = 1; k < SLICES; k++) {
        const int at = k * SLICE_COLUMNS + threadIdx.x;
        sum += shared[at];
        squares += shared[256 + at];
        largest = largest < shared[512 + at] ? shared[512 + at] : largest;
    }
    const double factor = orders == nullptr ? times : times / orders->scale;
    whole[column] = sum * factor;
    whole[columns + column] = squares * factor * factor;
    whole[2 * columns + column] = largest * factor;
}

#define FOR_FORMAT(S, SUFFIX)                                                                                      \
    KERNEL(exponents##SUFFIX, 256)(const S* x, long n, int stride, unsigned* counts) {                             \
        countExponents(x, n, stride, counts);                                                                      \
    }                                                                                                              \
    KERNEL(tail##SUFFIX, 256)(const S* x, long n, float threshold, unsigned long long* counts) {                   \
        countTail(x, n, threshold, counts);                                                                        \
    }                                                                                                              \
    KERNEL(shape##SUFFIX, 256)(const S* x, long n, Shape* partials) { shapeOf(x, n, partials); }                   \
    KERNEL(rows##SUFFIX, 256)(const S* x, int rows, int columns, RowNorms* partials) {                             \
        rowNorms(x, rows, columns, partials);                                                                      \
    }                                                                                                              \
    KERNEL(columns##SUFFIX, 64)(const S* x, int rows, int columns, int rowsEach, double* parts) {                  \
        columnSums(x, rows, columns, rowsEach, parts);                                                             \
    }

#ifndef ELEMENT_F32
FOR_FORMAT(Element, )
#endif
FOR_FORMAT(float, _floats)
