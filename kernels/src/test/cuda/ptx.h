// What the instructions of PTX mean, for C++ that PtxToCpp writes: one fiber for each thread, as in emulation.h.
//
// A fault ends the process with the line of the PTX: an address that is not a multiple of the access or outside of what was
// allocated, shared memory read before anything was written there or while a copy to it is under way, or used by two
// threads with no barrier between (as racecheck looks for), lanes of a warp at different instructions of the kind that all
// execute together. A copy in the background arrives when it is waited for. Registers begin as rubbish.
#pragma once
#include "launch.h"

namespace ptx {
template <class To, class From>
inline To as(From x) {
    static_assert(sizeof(To) == sizeof(From), "the same bits as another type");
    To to;
    std::memcpy(&to, &x, sizeof to);
    return to;
}

/** What a register holds before anything was written to it. */
template <class T>
inline T rubbish() {
    if (std::is_same<T, bool>::value) return true;
    T x;
    std::memset(&x, 0xcb, sizeof x);
    return x;
}

template <class T, int N>
struct Pack {
    T at[N];
};

/** Local memory of a thread. */
struct Local {
    const void* from;
    std::size_t size;
};

[[noreturn]] void fault(const char* what, std::uint64_t address, int line);

/** Each of them checks, and returns where the bytes are. */
void* global(std::uint64_t address, int size, int line);
void* local(const Local& mine, std::uint64_t address, int size, int line);
void* sharedToRead(unsigned address, int size, int line);
void* sharedToWrite(unsigned address, int size, int line);
void* sharedToAdd(unsigned address, int size, int line);

template <class T>
inline T read(const void* from) {
    T x;
    std::memcpy(&x, from, sizeof x);
    return x;
}
template <class T>
inline void write(void* to, T x) {
    std::memcpy(to, &x, sizeof x);
}
template <class T>
inline T atomicAdd(void* to, T x) {
    const T before = read<T>(to);
    write<T>(to, before + x);
    return before;
}

// Everything that a block does together. Shared memory has its variables apart, so that none is reached from another.
struct Variable {
    unsigned at, size;
};
/** Called by every thread at its start. */
void begin(const Variable* variables, int count, unsigned dynamic);
void barrier();
void warpBarrier(unsigned mask, int line);
unsigned shuffleButterfly(unsigned x, unsigned b, unsigned c, unsigned mask, bool& valid, int line);
unsigned shuffleIndexed(unsigned x, unsigned b, unsigned c, unsigned mask, bool& valid, int line);
bool any(bool x, unsigned mask, int line);
unsigned reduceAdd(unsigned x, unsigned mask, int line);
unsigned reduceMax(unsigned x, unsigned mask, int line);
void copyAsync(unsigned to, std::uint64_t from, unsigned size, int line);
void commitCopies();
void awaitCopies(unsigned pending);
Pack<unsigned, 4> loadMatrices(unsigned row, int line);
Pack<unsigned, 4> loadMatricesTransposed(unsigned row, int line);
enum class Half { F16, BF16 };
Pack<float, 4> multiplyAdd(Half format, Pack<unsigned, 4> a, Pack<unsigned, 2> b, Pack<float, 4> c, int line);

float widen(Half format, std::uint16_t x);
std::uint16_t narrow(Half format, float x);
unsigned maxPair(Half format, unsigned a, unsigned b);
unsigned minPair(Half format, unsigned a, unsigned b);
float fmaDown(float a, float b, float c);
float exp2Approximate(float x);
float reciprocalApproximate(float x);

template <class T>
inline T max(T a, T b) {
    if (a != a) return b != b ? std::nan("") : b;
    return a > b || (a == b && std::signbit(b)) || b != b ? a : b;
}
template <class T>
inline T min(T a, T b) {
    if (a != a) return b != b ? std::nan("") : b;
    return a < b || (a == b && std::signbit(a)) || b != b ? a : b;
}
inline float saturate(float x) { return x > 0 ? x < 1 ? x : 1 : 0; }

/** Division by zero has a result on a device, of which nothing may be made. */
template <class T>
inline T quotient(T a, T b, int line) {
    if (b == 0) fault("division by zero", 0, line);
    return a / b;
}
template <class T>
inline T remainder(T a, T b, int line) {
    if (b == 0) fault("division by zero", 0, line);
    return a % b;
}
template <class T>
inline T shiftLeft(T x, unsigned by) {
    return by >= sizeof x * 8 ? 0 : x << by;
}
template <class T>
inline T shiftRight(T x, unsigned by) {
    return by >= sizeof x * 8 ? (x < 0 ? -1 : 0) : x >> by;
}
inline unsigned insertBits(unsigned a, unsigned b, unsigned at, unsigned length) {
    at &= 255;
    length &= 255;
    for (unsigned i = 0; i < length && at + i < 32; i++) b = (b & ~(1u << (at + i))) | ((a >> i & 1) << (at + i));
    return b;
}

/** Parameters of a kernel: size and place of each in one block of bytes. */
using Kernel = void (*)(const unsigned char* parameters);
bool enlist(const char* name, Kernel kernel, std::vector<Variable> parameters);
} // namespace ptx
