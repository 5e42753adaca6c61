// LayerNorm and RMSNorm with the residual addition before them, forward and backward. One warp a row, which it keeps in
// registers where it has at most 1,024 columns and vectors fill it, and reads twice where not.
//
// norm_forward: residual = x + branch (or x, where there is no branch); y = (residual - mean) * scale * gain + bias, with
//     scale = 1 / sqrt(var + 1e-5); RMSNorm has no mean and no bias. Reads x and branch, writes residual and y: 8 bytes
//     an element in 16-bit formats. Measures branch, residual and y on the way.
// norm_backward_input: d = d + the gradient through the norm. With h = gain * dy and n the normalised row,
//     d += scale * (h - mean(h) - n * mean(h * n)); RMSNorm has no mean(h). Reads dy, residual, d; writes d.
// norm_backward_parts: sums of dy * n and of dy over a block's rows, in order of the rows -> parts (blocks, columns).
// norm_examples: adds the parts of each sequence in order -> its own gradient of the gain (sequences, columns), float.
// norm_backward_merge: adds the parts in index order to the gradients of gain and bias (columns), float.
#include "copies.cuh"
#include "summary.cuh"

constexpr float EPSILON = 1e-5f;
constexpr int WARPS = 8;
constexpr int FORWARD_WARPS = 4;

using Packed = Vector<Element, PACK>;

/** From here on the compiler has to unpack anew, and so keeps 16-bit elements packed: half as many registers. */
__device__ inline void keepPacked(Packed& packed) {
#if !defined(EMULATED) && !defined(ELEMENT_F32)
    unsigned words[4];
    memcpy(words, &packed, sizeof words);
#pragma unroll
    for (int k = 0; k < 4; k++) asm volatile("" : "+r"(words[k]));
    memcpy(&packed, words, sizeof words);
#endif
}

/** Rows up to this wide stay in the registers of a warp, so that they are read once. */
constexpr int KEPT_COLUMNS = 1024;
constexpr int RUNS = KEPT_COLUMNS / (WARP * PACK);

/** Which of what passes the norm somebody asked for. */
struct Asked {
    bool branch, residual, y;
};

/** What the norm reads and writes; branch and bias may be null. */
struct Tensors {
    const Element* x;
    const Element* branch;
    const Element* gain;
    const Element* bias;
    Element* residual;
    Element* y;
    float* means;
    float* scales;
    int rows, columns;
    bool centred;
};

/** A row that is read twice. */
template <bool MEASURED, int V>
__device__ inline void forwardRow(const Tensors& t, int row, Tally (&tallies)[3]) {
    const int first = threadIdx.x % WARP * V;
    const long base = static_cast<long>(row) * t.columns;
    float sum = 0, squares = 0;
#pragma unroll 1
    for (int c = first; c < t.columns; c += WARP * V) {
        float a[V], b[V];
        load<V>(t.x, base + c, a);
        if (t.branch != nullptr) {
            const auto added = load<V>(t.branch, base + c, b);
            if (MEASURED) tallies[0].add(b, added);
#pragma unroll
            for (int k = 0; k < V; k++) a[k] += b[k];
            const auto stored = store<V>(t.residual, base + c, a);
            if (MEASURED) tallies[1].add(a, stored);
        }
#pragma unroll
        for (int k = 0; k < V; k++) {
            sum += a[k];
            squares = fmaf(a[k], a[k], squares);
        }
    }
    const Element* in = t.branch == nullptr ? t.x : t.residual;
    const float mean = t.centred ? warpSum(sum) / t.columns : 0;
    float variance = warpSum(squares) / t.columns;
    if (t.centred && mean * mean < 0.5f * variance) {
        variance -= mean * mean;
    } else if (t.centred) {
        // The mean of squares minus the square of the mean loses everything where the mean is large.
        float away = 0;
#pragma unroll 1
        for (int c = first; c < t.columns; c += WARP * V) {
            float a[V];
            load<V>(in, base + c, a);
#pragma unroll
            for (int k = 0; k < V; k++) away = fmaf(a[k] - mean, a[k] - mean, away);
        }
        variance = warpSum(away) / t.columns;
    }
    const float scale = 1 / sqrtf(variance + EPSILON);
    if (first == 0) {
        t.means[row] = mean;
        t.scales[row] = scale;
    }
#pragma unroll 1
    for (int c = first; c < t.columns; c += WARP * V) {
        float a[V], g[V], b[V];
        load<V>(in, base + c, a);
        load<V>(t.gain, c, g);
        if (t.bias != nullptr) load<V>(t.bias, c, b);
#pragma unroll
        for (int k = 0; k < V; k++) {
            const float normal = (a[k] - mean) * scale;
            a[k] = t.bias == nullptr ? normal * g[k] : fmaf(normal, g[k], b[k]);
        }
        const auto stored = store<V>(t.y, base + c, a);
        if (MEASURED) tallies[2].add(a, stored);
    }
}

/**
 * Rows that a warp keeps in registers. While it works on one the next is on its way to `room`, which is the warp's own:
 * first the vectors of x, then those of the branch. A lane reads what it copied itself, so nobody waits for others. All
 * lanes go through the same runs of a row, with zeros past its end.
 */
template <bool MEASURED, bool ADDED>
__device__ inline void forwardKeptRows(const Tensors& t, Element* room, const Asked& asked, Tally (&tallies)[3]) {
    constexpr int RUN = WARP * PACK;
    const int first = threadIdx.x % WARP * PACK, left = t.columns - first;
    const int step = gridDim.x * FORWARD_WARPS, runs = (t.columns + RUN - 1) / RUN;
    Element* roomOfBranch = room + t.columns;
    const auto order = [&](int row) {
        if (row < t.rows) {
            const long at = static_cast<long>(row) * t.columns + first;
#pragma unroll
            for (int run = 0; run < RUNS; run++) {
                if (run * RUN >= left) break;
                copyAsync(room + first + run * RUN, t.x + at + run * RUN, true);
                if (ADDED) copyAsync(roomOfBranch + first + run * RUN, t.branch + at + run * RUN, true);
            }
        }
        commitCopies();
    };
    int row = blockIdx.x * FORWARD_WARPS + threadIdx.x / WARP;
    order(row);
    for (; row < t.rows; row += step) {
        const long at = static_cast<long>(row) * t.columns + first;
        Packed kept[RUNS] = {};
        float sum = 0;
        awaitCopies<0>();
        if (MEASURED && ADDED && asked.branch) {
            tallies[0].addPacks<RUNS>(runs, [&](int run) {
                return run * RUN < left ? fetch<PACK>(roomOfBranch, first + run * RUN) : Packed{};
            });
        }
#pragma unroll
        for (int run = 0; run < RUNS; run++) {
            if (run * RUN >= left) break;
            float a[PACK];
            kept[run] = load<PACK>(room, first + run * RUN, a);
            if (ADDED) {
                float b[PACK];
                load<PACK>(roomOfBranch, first + run * RUN, b);
#pragma unroll
                for (int k = 0; k < PACK; k++) a[k] += b[k];
                kept[run] = store<PACK>(t.residual, at + run * RUN, a);
            }
#pragma unroll
            for (int k = 0; k < PACK; k++) sum += a[k];
        }
        const float mean = t.centred ? warpSum(sum) / t.columns : 0;
        __syncwarp();
        order(row + step);
        if (MEASURED && ADDED && asked.residual) {
            tallies[1].addPacks<RUNS>(runs, [&](int run) { return kept[run]; });
        }
#pragma unroll
        for (int run = 0; run < RUNS; run++) keepPacked(kept[run]);
        float squares = 0;
#pragma unroll
        for (int run = 0; run < RUNS; run++) {
            if (run * RUN >= left) break;
            float a[PACK];
            unpack(kept[run], a);
#pragma unroll
            for (int k = 0; k < PACK; k++) squares = fmaf(a[k] - mean, a[k] - mean, squares);
        }
        const float scale = 1 / sqrtf(warpSum(squares) / t.columns + EPSILON);
#pragma unroll
        for (int run = 0; run < RUNS; run++) keepPacked(kept[run]);
        if (first == 0) {
            t.means[row] = mean;
            t.scales[row] = scale;
        }
#pragma unroll
        for (int run = 0; run < RUNS; run++) {
            if (run * RUN >= left) break;
            float a[PACK], g[PACK], b[PACK];
            unpack(kept[run], a);
            load<PACK>(t.gain, first + run * RUN, g);
            if (t.bias != nullptr) load<PACK>(t.bias, first + run * RUN, b);
#pragma unroll
            for (int k = 0; k < PACK; k++) {
                const float normal = (a[k] - mean) * scale;
                a[k] = t.bias == nullptr ? normal * g[k] : fmaf(normal, g[k], b[k]);
            }
            kept[run] = store<PACK>(t.y, at + run * RUN, a);
        }
        if (MEASURED && asked.y) {
            tallies[2].addPacks<RUNS>(runs, [&](int run) { return kept[run]; });
        }
    }
}

template <bool MEASURED>
__device__ void forward(const Element* x, const Element* branch, const Element* gain, const Element* bias,
                        Element* residual, Element* y, float* means, float* scales, int rows, int columns, int centred,
                        Summary* branchPartials, Summary* residualPartials, Summary* yPartials) {
    DYNAMIC_SHARED(Element, shared);
    Odd odd[3];
    Tally tallies[3] = {odd[0], odd[1], odd[2]};
    const Asked asked = {branchPartials != nullptr, residualPartials != nullptr, yPartials != nullptr};
    const Tensors t = {x, branch, gain, bias, residual, y, means, scales, rows, columns, centred != 0};
    Element* room = shared + threadIdx.x / WARP * 2 * columns;
    if (columns % PACK == 0 && columns <= KEPT_COLUMNS) {
        if (branch != nullptr) {
            forwardKeptRows<MEASURED, true>(t, room, asked, tallies);
        } else {
            forwardKeptRows<MEASURED, false>(t, room, asked, tallies);
        }
    } else {
        for (int row = blockIdx.x * FORWARD_WARPS + threadIdx.x / WARP; row < rows; row += gridDim.x * FORWARD_WARPS) {
            if (columns % PACK == 0) {
                forwardRow<MEASURED, PACK>(t, row, tallies);
            } else {
                forwardRow<MEASURED, 1>(t, row, tallies);
            }
        }
    }
    if (MEASURED) publish(tallies, {branchPartials, residualPartials, yPartials});
}

/** 24 warps on a multiprocessor, enough to wait for memory together while some measure. */
#define FORWARD_BOUNDS 128, 6

MEASURABLE(norm_forward, FORWARD_BOUNDS, forward,
           (const Element* x, const Element* branch, const Element* __restrict__ gain,
            const Element* __restrict__ bias, Element* __restrict__ residual, Element* __restrict__ y, float* means, float* scales, int rows, int columns, int centred, Summary* branchPartials,
            Summary* residualPartials, Summary* yPartials),
           (x, branch, gain, bias, residual, y, means, scales, rows, columns, centred, branchPartials, residualPartials,
            yPartials))

template <bool MEASURED, int V>
__device__ void backwardRow(const Element* dy, const Element* x, const Element* gain, float mean, float scale,
                            Element* d, long base, int columns, bool centred, Tally& tally) {
    const int lane = threadIdx.x % WARP;
    float sumH = 0, sumHn = 0;
#pragma unroll 1
    for (int c = lane * V; c < columns; c += WARP * V) {
        float g[V], a[V], h[V];
        load<V>(dy, base + c, h);
        load<V>(x, base + c, a);
        load<V>(gain, c, g);
#pragma unroll
        for (int k = 0; k < V; k++) {
            const float gained = h[k] * g[k];
            sumH += gained;
            sumHn = fmaf(gained, (a[k] - mean) * scale, sumHn);
        }
    }
    const float meanH = centred ? warpSum(sumH) / columns : 0;
    const float meanHn = warpSum(sumHn) / columns;
#pragma unroll 1
    for (int c = lane * V; c < columns; c += WARP * V) {
        float g[V], a[V], h[V], out[V];
        load<V>(dy, base + c, h);
        load<V>(x, base + c, a);
        load<V>(gain, c, g);
        load<V>(d, base + c, out);
#pragma unroll
        for (int k = 0; k < V; k++) {
            const float inner = fmaf((a[k] - mean) * scale, -meanHn, h[k] * g[k] - meanH);
            out[k] = fmaf(inner, scale, out[k]);
        }
        const auto stored = store<V>(d, base + c, out);
        if (MEASURED) tally.add(out, stored);
    }
}

template <bool MEASURED>
__device__ void backwardKeptRow(const Element* dy, const Element* x, const Element* gain, float mean, float scale,
                                Element* d, long base, int columns, bool centred, Tally& tally) {
    const int first = threadIdx.x % WARP * PACK;
    Packed gradients[RUNS], inputs[RUNS], sums[RUNS];
#pragma unroll
    for (int run = 0; run < RUNS; run++) {
        const int c = first + run * WARP * PACK;
        if (c >= columns) break;
        gradients[run] = fetch<PACK>(dy, base + c);
        inputs[run] = fetch<PACK>(x, base + c);
        if (sizeof(Element) == 2) sums[run] = fetch<PACK>(d, base + c);
    }
    float sumH = 0, sumHn = 0;
#pragma unroll
    for (int run = 0; run < RUNS; run++) {
        const int c = first + run * WARP * PACK;
        if (c >= columns) break;
        float g[PACK], a[PACK], h[PACK];
        unpack(gradients[run], h);
        unpack(inputs[run], a);
        load<PACK>(gain, c, g);
#pragma unroll
        for (int k = 0; k < PACK; k++) {
            const float gained = h[k] * g[k];
            sumH += gained;
            sumHn = fmaf(gained, (a[k] - mean) * scale, sumHn);
        }
    }
    if (sizeof(Element) != 2) {
        // Twice as many registers; so these are on their way only while the sums are made.
#pragma unroll
        for (int run = 0; run < RUNS; run++) {
            const int c = first + run * WARP * PACK;
            if (c < columns) sums[run] = fetch<PACK>(d, base + c);
        }
    }
    const float meanH = centred ? warpSum(sumH) / columns : 0;
    const float meanHn = warpSum(sumHn) / columns;
#pragma unroll
    for (int run = 0; run < RUNS; run++) {
        const int c = first + run * WARP * PACK;
        if (c >= columns) break;
        float g[PACK], a[PACK], h[PACK], out[PACK];
        unpack(gradients[run], h);
        unpack(inputs[run], a);
        unpack(sums[run], out);
        load<PACK>(gain, c, g);
#pragma unroll
        for (int k = 0; k < PACK; k++) {
            const float inner = fmaf((a[k] - mean) * scale, -meanHn, h[k] * g[k] - meanH);
            out[k] = fmaf(inner, scale, out[k]);
        }
        const auto stored = store<PACK>(d, base + c, out);
        if (MEASURED) tally.add(out, stored);
    }
}

template <bool MEASURED>
__device__ void backward(const Element* dy, const Element* x, const Element* gain, const float* means,
                         const float* scales, Element* d, int rows, int columns, int centred, Summary* partials) {
    Odd odd[1];
    Tally tallies[1] = {odd[0]};
    for (long row = static_cast<long>(blockIdx.x) * WARPS + threadIdx.x / WARP; row < rows; row += gridDim.x * WARPS) {
        const long base = row * columns;
        const float mean = means[row], scale = scales[row];
        if (columns % PACK != 0) {
            backwardRow<MEASURED, 1>(dy, x, gain, mean, scale, d, base, columns, centred, tallies[0]);
        } else if (columns > KEPT_COLUMNS) {
            backwardRow<MEASURED, PACK>(dy, x, gain, mean, scale, d, base, columns, centred, tallies[0]);
        } else {
            backwardKeptRow<MEASURED>(dy, x, gain, mean, scale, d, base, columns, centred, tallies[0]);
        }
    }
    if (MEASURED) publish(tallies, {partials});
}

/** Registers for a row of 1,024 columns: two blocks on a multiprocessor. */
#define BACKWARD_BOUNDS 256, 2

MEASURABLE(norm_backward_input, BACKWARD_BOUNDS, backward,
           (const Element* dy, const Element* x, const Element* __restrict__ gain, const float* __restrict__ means,
            const float* __restrict__ scales, Element* __restrict__ d, int rows, int columns, int centred, Summary* partials),
           (dy, x, gain, means, scales, d, rows, columns, centred, partials))

/** Blocks (column groups, row groups); a thread sums two columns, so that a warp reads 128 bytes of a 16-bit row. */
KERNEL(norm_backward_parts, 128)(const Element* dy, const Element* x, const float* means, const float* scales,
                                 float* gainParts, float* biasParts, int rows, int columns, int rowsEach) {
    const int column = (blockIdx.x * blockDim.x + threadIdx.x) * 2;
    if (column >= columns) return;
    const bool both = column + 1 < columns;
    const long last = min(static_cast<long>(rows), static_cast<long>(blockIdx.y + 1) * rowsEach);
    float gain0 = 0, gain1 = 0, bias0 = 0, bias1 = 0;
#pragma unroll 4
    for (long row = static_cast<long>(blockIdx.y) * rowsEach; row < last; row++) {
        const float mean = means[row], scale = scales[row];
        float a[2] = {0, 0}, h[2] = {0, 0};
        if (both && columns % 2 == 0) {
            load<2>(dy, row * columns + column, h);
            load<2>(x, row * columns + column, a);
        } else {
            h[0] = widen(dy[row * columns + column]);
            a[0] = widen(x[row * columns + column]);
            if (both) {
                h[1] = widen(dy[row * columns + column + 1]);
                a[1] = widen(x[row * columns + column + 1]);
            }
        }
        gain0 = fmaf(h[0], (a[0] - mean) * scale, gain0);
        gain1 = fmaf(h[1], (a[1] - mean) * scale, gain1);
        bias0 += h[0];
        bias1 += h[1];
    }
    const long out = static_cast<long>(blockIdx.y) * columns + column;
    gainParts[out] = gain0;
    biasParts[out] = bias0;
    if (both) {
        gainParts[out + 1] = gain1;
        biasParts[out + 1] = bias1;
    }
}

constexpr int SLICES = 8;

/** A block is 32 columns; eight of its threads share a column, each a run of parts. */
KERNEL(norm_backward_merge, 256)(const float* gainParts, const float* biasParts, float* gainGradient,
                                 float* biasGradient, int parts, int columns) {
    __shared__ float gains[SLICES * WARP];
    __shared__ float biases[SLICES * WARP];
    const int column = blockIdx.x * WARP + threadIdx.x % WARP, slice = threadIdx.x / WARP;
    const int each = (parts + SLICES - 1) / SLICES;
    const int last = min(parts, (slice + 1) * each);
    float gain = 0, bias = 0;
    if (column < columns) {
#pragma unroll 8
        for (int part = slice * each; part < last; part++) {
            gain += gainParts[static_cast<long>(part) * columns + column];
            bias += biasParts[static_cast<long>(part) * columns + column];
        }
    }
    gains[threadIdx.x] = gain;
    biases[threadIdx.x] = bias;
    __syncthreads();
    if (slice != 0 || column >= columns) return;
    for (int k = 1; k < SLICES; k++) {
        gain += gains[k * WARP + threadIdx.x];
        bias += biases[k * WARP + threadIdx.x];
    }
    gainGradient[column] += gain;
    if (biasGradient != nullptr) biasGradient[column] += bias;
}

KERNEL(norm_examples, 256)(const float* gainParts, float* own, int partsEach, int columns) {
    const int column = blockIdx.x * blockDim.x + threadIdx.x;
    if (column >= columns) return;
    float sum = 0;
    for (int part = 0; part < partsEach; part++) {
        sum += gainParts[(static_cast<long>(blockIdx.y) * partsEach + part) * columns + column];
    }
    own[static_cast<long>(blockIdx.y) * columns + column] = sum;
}
