// The activation of the MLP, forward and backward, element by element.
//
// activate: y = f(x); reads and writes n elements. Measures x and y on the way.
// activate_backward: dx = dy * f'(x); dx may be dy. Reads 2n, writes n.
// gate: y = f(gates) * values; reads 2n, writes n. Measures gates and y on the way.
// gate_backward: d (rows, 2 units) = [dy * values * f'(gates) | dy * f(gates)]; reads 3n, writes 2n.
//
// kind 0 is GELU in its tanh form written with the logistic function, x * s(2 sqrt(2/pi) (x + 0.044715 x^3)) (Hendrycks
// and Gimpel, arXiv 1606.08415); 1 is ReLU; 2 is SiLU, x * s(x); 3 is squared ReLU (So et al., arXiv 2109.08668).
#include "summary.cuh"

constexpr int GELU = 0, RELU = 1, SILU = 2;
constexpr float SLOPE = 1.5957691216f; // 2 sqrt(2/pi)
constexpr float CUBIC = 0.044715f;

__device__ inline float logistic(float z) { return 1 / (1 + expf(-z)); }

__device__ inline float activated(float x, int kind) {
    if (kind == GELU) return x * logistic(SLOPE * (x * fmaf(x * x, CUBIC, 1.f)));
    if (kind == SILU) return x * logistic(x);
    const float positive = fmaxf(x, 0.f);
    return kind == RELU ? positive : positive * positive;
}

__device__ inline float slope(float x, int kind) {
    if (kind == GELU) {
        const float s = logistic(SLOPE * (x * fmaf(x * x, CUBIC, 1.f)));
        return fmaf(x * s * (1 - s) * SLOPE, fmaf(x * x, 3 * CUBIC, 1.f), s);
    }
    if (kind == SILU) {
        const float s = logistic(x);
        return fmaf(x * s, 1 - s, s);
    }
    return x > 0 ? (kind == RELU ? 1 : 2 * x) : 0;
}

template <bool MEASURED, int V>
__device__ inline void activateAt(const Element* x, Element* y, long index, int kind, Tally (&tallies)[2]) {
    float a[V];
    load<V>(x, index, a);
    if (MEASURED) tallies[0].add(a);
#pragma unroll
    for (int k = 0; k < V; k++) a[k] = activated(a[k], kind);
    store<V>(y, index, a);
    if (MEASURED) tallies[1].add(a);
}

template <bool MEASURED>
__device__ void forward(const Element* x, Element* y, long n, int kind, Summary* xPartials, Summary* yPartials) {
    Tally tallies[2];
    const long stride = static_cast<long>(gridDim.x) * blockDim.x;
    const long packs = n / PACK;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < packs; i += stride) {
        activateAt<MEASURED, PACK>(x, y, i * PACK, kind, tallies);
    }
    if (blockIdx.x == 0 && threadIdx.x < n % PACK) {
        activateAt<MEASURED, 1>(x, y, packs * PACK + threadIdx.x, kind, tallies);
    }
    if (!MEASURED) return;
    if (xPartials != nullptr) publish(tallies[0], xPartials + blockIdx.x);
    if (yPartials != nullptr) publish(tallies[1], yPartials + blockIdx.x);
}

MEASURABLE(activate, 256, forward,
           (const Element* x, Element* y, long n, int kind, Summary* xPartials, Summary* yPartials),
           (x, y, n, kind, xPartials, yPartials))

template <int V>
__device__ inline void backwardAt(const Element* dy, const Element* x, Element* dx, long index, int kind) {
    float a[V], d[V];
    load<V>(x, index, a);
    load<V>(dy, index, d);
#pragma unroll
    for (int k = 0; k < V; k++) d[k] *= slope(a[k], kind);
    store<V>(dx, index, d);
}

KERNEL(activate_backward, 256)(const Element* dy, const Element* x, Element* dx, long n, int kind) {
    const long stride = static_cast<long>(gridDim.x) * blockDim.x;
    const long packs = n / PACK;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < packs; i += stride) {
        backwardAt<PACK>(dy, x, dx, i * PACK, kind);
    }
    if (blockIdx.x == 0 && threadIdx.x < n % PACK) backwardAt<1>(dy, x, dx, packs * PACK + threadIdx.x, kind);
}

template <bool MEASURED, int V>
__device__ inline void gateAt(const Element* gates, const Element* values, Element* y, long index, int kind,
                              Tally (&tallies)[2]) {
    float g[V], v[V];
    load<V>(gates, index, g);
    load<V>(values, index, v);
    if (MEASURED) tallies[0].add(g);
#pragma unroll
    for (int k = 0; k < V; k++) v[k] *= activated(g[k], kind);
    store<V>(y, index, v);
    if (MEASURED) tallies[1].add(v);
}

template <bool MEASURED>
__device__ void gated(const Element* gates, const Element* values, Element* y, long n, int kind, Summary* gatePartials,
                      Summary* yPartials) {
    Tally tallies[2];
    const long stride = static_cast<long>(gridDim.x) * blockDim.x;
    const long packs = n / PACK;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < packs; i += stride) {
        gateAt<MEASURED, PACK>(gates, values, y, i * PACK, kind, tallies);
    }
    if (blockIdx.x == 0 && threadIdx.x < n % PACK) {
        gateAt<MEASURED, 1>(gates, values, y, packs * PACK + threadIdx.x, kind, tallies);
    }
    if (!MEASURED) return;
    if (gatePartials != nullptr) publish(tallies[0], gatePartials + blockIdx.x);
    if (yPartials != nullptr) publish(tallies[1], yPartials + blockIdx.x);
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
