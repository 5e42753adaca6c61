// The end of a step over all parameters at once: gradient norm, the decision to skip, AdamW.
//
// Parameters lie one after the other; a chunk is at most CHUNK elements of one of them, one block each.
//
// gradient_norm: gradients -> a partial summary for each chunk; reads them once. Gradients are kept in float and seen by
//     this kernel and by adamw rounded to the format of the run, so that what overflows there is seen to overflow.
// gradient_exponents: exponents of the unscaled gradients -> counts (parameters, 257), zero at first. Looks at one run of 64
//     elements in `stride`; chunks are a multiple of that long.
// decide: rows of the gradients (parameters), merged and unscaled -> Decision: norm, clip factor, and whether to skip.
// adamw: decoupled weight decay and bias correction (Loshchilov and Hutter, arXiv 1711.05101). Reads gradient, weight and
//     both moments, writes the three and the working copy: 30 bytes an element in 16-bit formats. Measures update and
//     weight on the way. Writes nothing in a step that is skipped.
// adam_ratio: what observers see of an update that was made -> a partial summary for each chunk, and for each parameter
//     how many values lie above a threshold. kind 0 is the clipped gradient over max(root, epsilon), with the root of the
//     debiased second moment; 1 is the direction of the step; 2 the root itself. Reads three arrays.
// round_weights: weights -> working copies, rounded to nearest even; only 16-bit formats have such copies.
#include "control.cuh"
#include "exponents.cuh"
#include "summary.cuh"

/** Elements of one parameter. */
struct Chunk {
    long first;
    int count;
    int decays; // 0 for gains and biases
    int parameter;
    int reserved;
};

/** V gradients as the format of the run holds them. */
template <int V>
__device__ inline void loadGradients(const float* gradients, long index, float (&g)[V]) {
    const Vector<float, V> raw = *reinterpret_cast<const Vector<float, V>*>(gradients + index);
#pragma unroll
    for (int k = 0; k < V; k++) g[k] = widen(narrow(raw.at[k]));
}

KERNEL(gradient_norm, 256)(const float* gradients, const Chunk* chunks, Summary* partials) {
    const Chunk chunk = chunks[blockIdx.x];
    Odd odd[1];
    Tally tallies[1] = {odd[0]};
    Tally& tally = tallies[0];
    const int quads = chunk.count / 4;
#pragma unroll 4
    for (int i = threadIdx.x; i < quads; i += blockDim.x) {
        float g[4];
        loadGradients<4>(gradients, chunk.first + static_cast<long>(i) * 4, g);
        tally.add(g);
    }
    if (threadIdx.x < chunk.count % 4) {
        float g[1];
        loadGradients<1>(gradients, chunk.first + quads * 4 + threadIdx.x, g);
        tally.add(g);
    }
    publish(tallies, {partials});
}

KERNEL(gradient_exponents, 256)(const float* gradients, const Chunk* chunks, const Orders* orders, int stride,
                                unsigned* counts) {
    const Chunk chunk = chunks[blockIdx.x];
    const float unscale = static_cast<float>(1 / orders->scale);
    unsigned* mine = clearedCounts();
    // A run is 16 quads; the chunk begins with a run that is looked at.
    const int quads = chunk.count / 4, looked = ((quads + RUN / 4 - 1) / (RUN / 4) + stride - 1) / stride * (RUN / 4);
    for (int i = threadIdx.x; i < looked; i += blockDim.x) {
        const int quad = i / (RUN / 4) * stride * (RUN / 4) + i % (RUN / 4);
        if (quad >= quads) continue;
        float g[4];
        loadGradients<4>(gradients, chunk.first + quad * 4L, g);
#pragma unroll
        for (int k = 0; k < 4; k++) countExponent(mine, g[k] * unscale);
    }
    const int rest = quads * 4 + threadIdx.x;
    if (rest < chunk.count && rest / RUN % stride == 0) {
        float g[1];
        loadGradients<1>(gradients, chunk.first + rest, g);
        countExponent(mine, g[0] * unscale);
    }
    addCounts(mine, counts + static_cast<long>(chunk.parameter) * COUNTS);
}

KERNEL(decide, 32)(const Summary* rows, int parameters, const Orders* orders, Decision* decision) {
    if (threadIdx.x != 0) return;
    double squares = 0;
    unsigned bad = 0;
    for (int p = 0; p < parameters; p++) {
        squares += rows[p].squares;
        bad |= rows[p].nan | rows[p].infinite;
    }
    const double norm = bad != 0 ? static_cast<double>(__int_as_float(0x7fc00000)) : sqrt(squares);
    const double factor = orders->clip / (norm + 1e-6);
    decision->gradientNorm = norm;
    decision->clipFactor = static_cast<float>(factor < 1 ? factor : 1);
    decision->skip = bad != 0;
}

template <bool MEASURED, int V>
__device__ inline void step(const float* gradients, float* weights, float* firsts, float* seconds, Element* working,
                            long index, float keep, float factor, const Orders& o, Tally (&tallies)[2]) {
    float g[V], update[V];
    loadGradients<V>(gradients, index, g);
    Vector<float, V> w = *reinterpret_cast<const Vector<float, V>*>(weights + index);
    Vector<float, V> m = *reinterpret_cast<const Vector<float, V>*>(firsts + index);
    Vector<float, V> v = *reinterpret_cast<const Vector<float, V>*>(seconds + index);
#pragma unroll
    for (int k = 0; k < V; k++) {
        const float gradient = g[k] * factor;
        m.at[k] = m.at[k] * o.beta1 + gradient * (1 - o.beta1);
        v.at[k] = v.at[k] * o.beta2 + gradient * gradient * (1 - o.beta2);
        const float direction = m.at[k] * o.correct1 / (sqrtf(v.at[k] * o.correct2) + o.epsilon);
        const float old = w.at[k];
        w.at[k] = fmaf(direction, -o.rate, old * keep);
        update[k] = w.at[k] - old;
    }
    *reinterpret_cast<Vector<float, V>*>(weights + index) = w;
    *reinterpret_cast<Vector<float, V>*>(firsts + index) = m;
    *reinterpret_cast<Vector<float, V>*>(seconds + index) = v;
    if (MEASURED) {
        tallies[0].add(update);
        tallies[1].add(w.at);
    }
    if (working != nullptr) store<V>(working, index, w.at);
}

/** working is null where the weights themselves are what the passes read. */
template <bool MEASURED>
__device__ void update(const float* gradients, float* weights, float* firsts, float* seconds, Element* working,
                       const Chunk* chunks, const Orders* orders, const Decision* decision, Summary* updatePartials,
                       Summary* weightPartials) {
    if (decision->skip) return;
    const Orders o = *orders;
    const Chunk chunk = chunks[blockIdx.x];
    const float keep = chunk.decays ? 1 - o.rate * o.decay : 1;
    const float factor = static_cast<float>(1 / o.scale) * decision->clipFactor;
    Odd odd[2];
    Tally tallies[2] = {odd[0], odd[1]};
    const int quads = chunk.count / 4;
    for (int i = threadIdx.x; i < quads; i += blockDim.x) {
        step<MEASURED, 4>(gradients, weights, firsts, seconds, working, chunk.first + static_cast<long>(i) * 4,
                          keep, factor, o, tallies);
    }
    if (threadIdx.x < chunk.count % 4) {
        step<MEASURED, 1>(gradients, weights, firsts, seconds, working, chunk.first + quads * 4 + threadIdx.x,
                          keep, factor, o, tallies);
    }
    if (!MEASURED) return;
    publish(tallies, {updatePartials, weightPartials});
}

MEASURABLE(adamw, 256, update,
           (const float* gradients, float* weights, float* firsts, float* seconds, Element* working, const Chunk* chunks,
            const Orders* orders, const Decision* decision, Summary* updatePartials, Summary* weightPartials),
           (gradients, weights, firsts, seconds, working, chunks, orders, decision, updatePartials, weightPartials))

constexpr int NORMALISED = 0, DIRECTION = 1;

template <int V>
__device__ inline void ratio(const float* gradients, const float* firsts, const float* seconds, long at, float factor,
                             const Orders& o, int kind, float (&x)[V]) {
    const Vector<float, V> v = *reinterpret_cast<const Vector<float, V>*>(seconds + at);
    float numerator[V] = {};
    if (kind == NORMALISED) loadGradients<V>(gradients, at, numerator);
    if (kind == DIRECTION) {
        const Vector<float, V> m = *reinterpret_cast<const Vector<float, V>*>(firsts + at);
#pragma unroll
        for (int k = 0; k < V; k++) numerator[k] = m.at[k];
    }
#pragma unroll
    for (int k = 0; k < V; k++) {
        const float root = sqrtf(v.at[k] * o.correct2);
        x[k] = root;
        if (kind == NORMALISED) x[k] = numerator[k] * factor / fmaxf(root, o.epsilon);
        if (kind == DIRECTION) x[k] = numerator[k] * o.correct1 / (root + o.epsilon);
    }
}

/** Finite values, and those of magnitude above the threshold. */
template <int V>
__device__ inline void count(const float (&x)[V], float threshold, unsigned& whole, unsigned& above) {
#pragma unroll
    for (int k = 0; k < V; k++) {
        const bool finite = (__float_as_uint(x[k]) & 0x7fffffffu) < INFINITE_BITS;
        whole += finite;
        above += finite && fabsf(x[k]) > threshold;
    }
}

KERNEL(adam_ratio, 256)(const float* gradients, const float* firsts, const float* seconds, const Chunk* chunks,
                        const Orders* orders, const Decision* decision, int kind, float threshold, Summary* partials,
                        unsigned long long* tails) {
    const Chunk chunk = chunks[blockIdx.x];
    const Orders o = *orders;
    const float factor = static_cast<float>(1 / o.scale) * decision->clipFactor;
    Odd odd[1];
    Tally tallies[1] = {odd[0]};
    Tally& tally = tallies[0];
    unsigned whole = 0, above = 0;
    const int quads = chunk.count / 4;
    for (int i = threadIdx.x; i < quads; i += blockDim.x) {
        float x[4];
        ratio<4>(gradients, firsts, seconds, chunk.first + static_cast<long>(i) * 4, factor, o, kind, x);
        tally.add(x);
        count(x, threshold, whole, above);
    }
    if (threadIdx.x < chunk.count % 4) {
        float x[1];
        ratio<1>(gradients, firsts, seconds, chunk.first + quads * 4 + threadIdx.x, factor, o, kind, x);
        tally.add(x);
        count(x, threshold, whole, above);
    }
    publish(tallies, {partials});
    if (tails == nullptr) return;
    whole = __reduce_add_sync(0xffffffffu, whole);
    above = __reduce_add_sync(0xffffffffu, above);
    if (threadIdx.x % WARP == 0) {
        atomicAdd(tails + 2 * chunk.parameter, static_cast<unsigned long long>(whole));
        atomicAdd(tails + 2 * chunk.parameter + 1, static_cast<unsigned long long>(above));
    }
}

#ifndef ELEMENT_F32
KERNEL(round_weights, 256)(const float* weights, Element* working, long n) {
    const long stride = static_cast<long>(gridDim.x) * blockDim.x;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += stride) {
        working[i] = narrow(weights[i]);
    }
}
#endif
