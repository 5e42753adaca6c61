// The activation of the MLP, forward and backward, element by element.
//
// activate: y = f(x); reads and writes n elements. Measures x and y on the way.
// activate_backward: dx = dy * f'(x); dx may be dy. Reads 2n, writes n.
// gate: y = f(gates) * values; reads 2n, writes n. Measures gates and y on the way.
// gate_backward: d (rows, 2 units) = [dy * values * f'(gates) | dy * f(gates)]; reads 3n, writes 2n.
//
// kind 0 is GELU in its tanh form written with the logistic function, x * s(2 sqrt(2/pi) (x + 0.044715 x^3)) (Hendrycks
// and Gimpel, arXiv 1606.08415); 2 is SiLU, x * s(x); 3 is squared ReLU (So et al., arXiv 2109.08668).
#include "exponential.cuh"
#include "summary.cuh"

constexpr int GELU = 0, SILU = 2, SQUARED_RELU = 3;
constexpr float SLOPE = 1.5957691216f; // 2 sqrt(2/pi)
constexpr float CUBIC = 0.044715f;

__device__ inline float logistic(float z) { return reciprocal(1 + exponential2(z * -LOG2E)); }

__device__ inline float geluLogistic(float x) {
    return reciprocal(1 + exponential2(x * fmaf(x * x, -LOG2E * SLOPE * CUBIC, -LOG2E * SLOPE)));
}

__device__ inline float activated(float x, int kind) {
    if (kind == GELU) return x * geluLogistic(x);
    if (kind == SILU) return x * logistic(x);
    const float positive = x < 0 ? 0 : x; // which leaves NaN one
    return positive * positive;
}

__device__ inline float slope(float x, int kind) {
    if (kind == GELU) {
        const float s = geluLogistic(x);
        return fmaf(x * s * (1 - s) * SLOPE, fmaf(x * x, 3 * CUBIC, 1.f), s);
    }
    if (kind == SILU) {
        const float s = logistic(x);
        return fmaf(x * s, 1 - s, s);
    }
    return x < 0 ? 0 : 2 * x;
}

/** Vectors that a thread has on their way before it uses the first. */
constexpr int AHEAD = 4;

/** Rounds f(x) into x. */
template <int KIND, int V>
__device__ inline void activateVector(Vector<Element, V>& x) {
    float a[V];
    unpack(x, a);
#pragma unroll
    for (int k = 0; k < V; k++) x.at[k] = narrow(activated(a[k], KIND));
}

/** @param asked whether anybody wants to know of x */
template <bool MEASURED, int KIND>
__device__ inline void activateAll(const Element* x, Element* y, long n, bool asked, Tally (&tallies)[2]) {
    const long packs = n / PACK;
    const int lane = threadIdx.x % WARP;
    // All lanes of a warp together; f(0) is 0, so that where they have nothing nothing is tallied.
    for (long first = static_cast<long>(blockIdx.x) * AHEAD * blockDim.x + threadIdx.x - lane; first < packs;
         first += static_cast<long>(gridDim.x) * AHEAD * blockDim.x) {
        const long i = first + lane;
        Vector<Element, PACK> some[AHEAD] = {};
#pragma unroll
        for (int k = 0; k < AHEAD; k++) {
            if (i + k * blockDim.x < packs) some[k] = fetch<PACK>(x, (i + k * blockDim.x) * PACK);
        }
        if (MEASURED && asked) tallies[0].addPacks<AHEAD>(AHEAD, [&](int k) { return some[k]; });
#pragma unroll
        for (int k = 0; k < AHEAD; k++) {
            activateVector<KIND>(some[k]);
            if (i + k * blockDim.x < packs) put(y, (i + k * blockDim.x) * PACK, some[k]);
        }
        if (MEASURED) tallies[1].addPacks<AHEAD>(AHEAD, [&](int k) { return some[k]; });
    }
    if (blockIdx.x == 0 && threadIdx.x < n % PACK) {
        const long last = packs * PACK + threadIdx.x;
        float a[1];
        auto one = load<1>(x, last, a);
        if (MEASURED && asked) tallies[0].add(a);
        activateVector<KIND>(one);
        put(y, last, one);
        unpack(one, a);
        if (MEASURED) tallies[1].add(a);
    }
}

template <bool MEASURED>
__device__ void forward(const Element* x, Element* y, long n, int kind, Summary* xPartials, Summary* yPartials) {
    Odd odd[2];
    Tally tallies[2] = {odd[0], odd[1]};
    if (kind == GELU) {
        activateAll<MEASURED, GELU>(x, y, n, xPartials != nullptr, tallies);
    } else if (kind == SILU) {
        activateAll<MEASURED, SILU>(x, y, n, xPartials != nullptr, tallies);
    } else {
        activateAll<MEASURED, SQUARED_RELU>(x, y, n, xPartials != nullptr, tallies);
    }
    if (MEASURED) publish(tallies, {xPartials, yPartials});
}

/** All blocks of a launch at once, on the largest device too. */
#define ACTIVATION_BOUNDS 256, 4

MEASURABLE(activate, ACTIVATION_BOUNDS, forward,
           (const Element* x, Element* y, long n, int kind, Summary* xPartials, Summary* yPartials),
           (x, y, n, kind, xPartials, yPartials))

template <int KIND, int V>
__device__ inline void backwardAt(const Vector<Element, V>& dy, const Vector<Element, V>& x, Element* dx, long index) {
    float d[V];
#pragma unroll
    for (int k = 0; k < V; k++) d[k] = widen(dy.at[k]) * slope(widen(x.at[k]), KIND);
    store<V>(dx, index, d);
}

template <int KIND>
__device__ inline void backwardAll(const Element* dy, const Element* x, Element* dx, long n) {
    const long stride = static_cast<long>(gridDim.x) * blockDim.x;
    const long packs = n / PACK;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < packs; i += 2 * stride) {
        const bool more = i + stride < packs;
        const long next = more ? i + stride : i;
        const auto d0 = fetch<PACK>(dy, i * PACK), x0 = fetch<PACK>(x, i * PACK);
        const auto d1 = fetch<PACK>(dy, next * PACK), x1 = fetch<PACK>(x, next * PACK);
        backwardAt<KIND, PACK>(d0, x0, dx, i * PACK);
        if (more) backwardAt<KIND, PACK>(d1, x1, dx, next * PACK);
    }
    const long last = packs * PACK + threadIdx.x;
    if (blockIdx.x == 0 && threadIdx.x < n % PACK) backwardAt<KIND, 1>(fetch<1>(dy, last), fetch<1>(x, last), dx, last);
}

KERNEL(activate_backward, 256)(const Element* dy, const Element* x, Element* dx, long n, int kind) {
    if (kind == GELU) {
        backwardAll<GELU>(dy, x, dx, n);
    } else if (kind == SILU) {
        backwardAll<SILU>(dy, x, dx, n);
    } else {
        backwardAll<SQUARED_RELU>(dy, x, dx, n);
    }
}

template <bool MEASURED, int V>
__device__ inline void gateAt(const Element* gates, const Element* values, Element* y, long index, int kind,
                              Tally (&tallies)[2]) {
    float g[V], v[V];
    const auto packed = load<V>(gates, index, g);
    load<V>(values, index, v);
    if (MEASURED) tallies[0].add(g, packed);
#pragma unroll
    for (int k = 0; k < V; k++) v[k] *= activated(g[k], kind);
    const auto stored = store<V>(y, index, v);
    if (MEASURED) tallies[1].add(v, stored);
}

template <bool MEASURED>
__device__ void gated(const Element* gates, const Element* values, Element* y, long n, int kind, Summary* gatePartials,
                      Summary* yPartials) {
    Odd odd[2];
    Tally tallies[2] = {odd[0], odd[1]};
    const long stride = static_cast<long>(gridDim.x) * blockDim.x;
    const long packs = n / PACK;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < packs; i += stride) {
        gateAt<MEASURED, PACK>(gates, values, y, i * PACK, kind, tallies);
    }
    if (blockIdx.x == 0 && threadIdx.x < n % PACK) {
        gateAt<MEASURED, 1>(gates, values, y, packs * PACK + threadIdx.x, kind, tallies);
    }
    if (MEASURED) publish(tallies, {gatePartials, yPartials});
}

MEASURABLE(gate, 256, gated,
           (const Element* gates, const Element* values, Element* y, long n, int kind, Summary* gatePartials,
            Summary* yPartials),
           (gates, values, y, n, kind, gatePartials, yPartials))

template <int V>
__device__ void gateBackward(const Element* dy, const Element* gates, const Element* values, Element* d, long n,
                             int units, int kind) {
    for (long i = (static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x) * V; i < n;
         i += static_cast<long>(gridDim.x) * blockDim.x * V) {
        float g[V], v[V], a[V], b[V];
        load<V>(gates, i, g);
        load<V>(values, i, v);
        load<V>(dy, i, a);
#pragma unroll
        for (int k = 0; k < V; k++) {
            b[k] = a[k] * activated(g[k], kind);
            a[k] = a[k] * v[k] * slope(g[k], kind);
        }
        const long at = i / units * 2 * units + i % units;
        store<V>(d, at, a);
        store<V>(d, at + units, b);
    }
}

KERNEL(gate_backward, 256)(const Element* dy, const Element* gates, const Element* values, Element* d, long n, int units,
                           int kind) {
    if (units % PACK == 0) {
        gateBackward<PACK>(dy, gates, values, d, n, units, kind);
    } else {
        gateBackward<1>(dy, gates, values, d, n, units, kind);
    }
}
