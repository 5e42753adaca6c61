// Runs the unmodified .cu sources on the CPU: one fiber for each CUDA thread of a block, blocks one after another.
//
// Covered: shared memory (static, and one dynamic array), barriers of block and warp, shuffles of a full warp, conversions
// of both 16-bit formats, and the tensor-core operations of tensorcore.cuh. Every fiber runs until its next barrier or
// shuffle; the order in which fibers take their turns can be shuffled by a seed. Shared memory and fresh registers hold
// rubbish at the start of each block. A block that can never end, because some threads wait at a barrier that others
// have left behind, ends the process with a message.
//
// Not covered: what happens between blocks that run at once (none do), the memory model, asynchronous copies that have
// not arrived (they arrive at once), approximations of exp and sqrt of a device.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#define EMULATED
#define __device__
#define OUT_OF_LINE
#define __shared__ static __attribute__((section("emulated_shared")))
#define __align__(n) alignas(n)
#define KERNEL(name, ...) static void kernel_entry_##name
#define DYNAMIC_SHARED(type, name) type* name = reinterpret_cast<type*>(emulation::dynamicShared())

struct uint4 {
    unsigned x, y, z, w;
};
struct dim3 {
    unsigned x, y, z;
};

namespace emulation {
struct Thread;
extern Thread* current;
const dim3& threadIndex();
extern dim3 blockIndex, blockSize, gridSize;
void* dynamicShared();
std::size_t dynamicSize();
/** How many blocks there were before this one. */
long blockNumber();
const char* kernelName();
/** Whether the driver has given out all of these bytes of global memory. */
bool allocated(std::uint64_t address, std::size_t size);
void barrier();
/** Each lane gives `size` bytes and gets those of lane `from`. */
void exchange(const void* mine, void* theirs, int from, std::size_t size);
/** All 32 lanes' bytes, in the order of the lanes. */
void gather(const void* mine, void* all, std::size_t size);
int lane();
} // namespace emulation

#define threadIdx emulation::threadIndex()
#define blockIdx emulation::blockIndex
#define blockDim emulation::blockSize
#define gridDim emulation::gridSize

inline void __syncthreads() { emulation::barrier(); }
template <class T>
inline T atomicAdd(T* sum, T x) {
    const T before = *sum;
    *sum += x;
    return before;
}
inline void __syncwarp() {
    int nothing = 0;
    emulation::exchange(&nothing, &nothing, emulation::lane(), sizeof nothing);
}
template <class T>
inline T __shfl_xor_sync(unsigned, T x, int away) {
    T other;
    emulation::exchange(&x, &other, emulation::lane() ^ away, sizeof x);
    return other;
}
template <class T>
inline T __shfl_sync(unsigned, T x, int from) {
    T other;
    emulation::exchange(&x, &other, from, sizeof x);
    return other;
}

template <class T, class Merge>
inline T __reduce_sync(T x, Merge merge) {
    T all[32];
    emulation::gather(&x, all, sizeof x);
    T whole = all[0];
    for (int lane = 1; lane < 32; lane++) whole = merge(whole, all[lane]);
    return whole;
}
inline unsigned __reduce_max_sync(unsigned, unsigned x) {
    return __reduce_sync(x, [](unsigned a, unsigned b) { return std::max(a, b); });
}
inline unsigned __reduce_add_sync(unsigned, unsigned x) {
    return __reduce_sync(x, [](unsigned a, unsigned b) { return a + b; });
}
inline int __any_sync(unsigned, int x) {
    return __reduce_sync(x != 0, [](bool a, bool b) { return a || b; });
}

inline float __uint_as_float(unsigned x) {
    float f;
    std::memcpy(&f, &x, sizeof f);
    return f;
}
inline float __int_as_float(int x) { return __uint_as_float(static_cast<unsigned>(x)); }
inline unsigned __float_as_uint(float x) {
    unsigned u;
    std::memcpy(&u, &x, sizeof u);
    return u;
}
using std::max;
using std::min;

struct __nv_bfloat16 {
    std::uint16_t bits;
};
struct __half {
    std::uint16_t bits;
};
inline float __bfloat162float(__nv_bfloat16 x) { return __uint_as_float(static_cast<unsigned>(x.bits) << 16); }
inline __nv_bfloat16 __float2bfloat16_rn(float x) {
    unsigned u = __float_as_uint(x);
    if ((u & 0x7fffffffu) > 0x7f800000u) return {0x7fff};
    return {static_cast<std::uint16_t>((u + 0x7fffu + (u >> 16 & 1)) >> 16)};
}
inline float __half2float(__half x) {
    const unsigned sign = (x.bits & 0x8000u) << 16, exponent = x.bits >> 10 & 31, mantissa = x.bits & 1023;
    if (exponent == 31) return __uint_as_float(sign | 0x7f800000u | mantissa << 13);
    const float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -24)
                                          : std::ldexp(static_cast<float>(mantissa | 1024), static_cast<int>(exponent) - 25);
    return sign ? -magnitude : magnitude;
}
inline __half __float2half_rn(float x) {
    const unsigned u = __float_as_uint(x), sign = u >> 16 & 0x8000u;
    const float a = std::fabs(x);
    if (std::isnan(x)) return {0x7fff};
    if (a >= 65520.f) return {static_cast<std::uint16_t>(sign | 0x7c00u)};
    // Adding a power of two of the right size rounds to the last place of the format, to nearest even.
    const int exponent = a < 0x1p-14f ? -14 : std::ilogb(a);
    const float unit = std::ldexp(1.f, exponent - 10);
    const float steps = std::nearbyint(a / unit);
    const unsigned whole = static_cast<unsigned>(steps);
    const unsigned bits = a < 0x1p-14f ? whole : static_cast<unsigned>((exponent + 15) << 10) + (whole - 1024);
    return {static_cast<std::uint16_t>(sign | bits)};
}
