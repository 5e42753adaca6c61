// The element type of a build, its conversions, and loads and stores of up to 16 bytes.
//
// Every .cu of this folder is compiled once for each type: -DELEMENT_F32, -DELEMENT_BF16, -DELEMENT_F16. Arithmetic is
// done in float whatever the type. The build has -fmad=false, so that a * b + c is rounded twice wherever it is written
// so, and once where fmaf is: the same bits with and without statistics, on a device and in host emulation.
#pragma once

#ifndef EMULATED
#include <cuda_bf16.h>
#include <cuda_fp16.h>
/** With the threads of a block, and where it matters the blocks that a multiprocessor should have room for. */
#define KERNEL(name, ...) extern "C" __global__ void __launch_bounds__(__VA_ARGS__) name
/** A function that is called and not copied into its callers, so that what they do all the time lies close together. */
#define OUT_OF_LINE __device__ __noinline__
#define DYNAMIC_SHARED(type, name)                            \
    extern __shared__ __align__(128) unsigned char dynamic[]; \
    type* name = reinterpret_cast<type*>(dynamic)
#endif

#if defined(ELEMENT_F32)
typedef float Element;
__device__ inline float widen(float x) { return x; }
__device__ inline Element narrow(float x) { return x; }
#elif defined(ELEMENT_BF16)
typedef __nv_bfloat16 Element;
__device__ inline float widen(Element x) { return __bfloat162float(x); }
__device__ inline Element narrow(float x) { return __float2bfloat16_rn(x); }
#elif defined(ELEMENT_F16)
typedef __half Element;
__device__ inline float widen(Element x) { return __half2float(x); }
__device__ inline Element narrow(float x) { return __float2half_rn(x); }
#else
#error "name the element type: -DELEMENT_F32, -DELEMENT_BF16 or -DELEMENT_F16"
#endif

/** Elements of one 16-byte access. */
constexpr int PACK = 16 / sizeof(Element);
constexpr int WARP = 32;

template <class S, int V>
struct alignas(V * sizeof(S)) Vector {
    S at[V];
};

/** V elements as they lie in memory from an index on, which is a multiple of V. */
template <int V>
__device__ inline Vector<Element, V> fetch(const Element* from, long index) {
    return *reinterpret_cast<const Vector<Element, V>*>(from + index);
}

template <int V>
__device__ inline void put(Element* to, long index, const Vector<Element, V>& packed) {
    *reinterpret_cast<Vector<Element, V>*>(to + index) = packed;
}

template <int V>
__device__ inline void unpack(const Vector<Element, V>& packed, float (&x)[V]) {
#pragma unroll
    for (int i = 0; i < V; i++) x[i] = widen(packed.at[i]);
}

/** Rounds x, and leaves in it what was rounded to, so that what is measured is what the next kernel reads. */
template <int V>
__device__ inline Vector<Element, V> pack(float (&x)[V]) {
    Vector<Element, V> packed;
#pragma unroll
    for (int i = 0; i < V; i++) packed.at[i] = narrow(x[i]);
    unpack(packed, x);
    return packed;
}

/** The V elements from an index on, as they lie there and in x. */
template <int V>
__device__ inline Vector<Element, V> load(const Element* from, long index, float (&x)[V]) {
    const Vector<Element, V> packed = fetch<V>(from, index);
    unpack(packed, x);
    return packed;
}

/** Stores x rounded, and returns what was stored; x is that too. */
template <int V>
__device__ inline Vector<Element, V> store(Element* to, long index, float (&x)[V]) {
    const Vector<Element, V> packed = pack(x);
    put(to, index, packed);
    return packed;
}
