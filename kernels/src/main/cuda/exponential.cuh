// Powers of two and reciprocals by the device's own units for them, one instruction each, within 2 units in the last place.
#pragma once
#include "element.cuh"

constexpr float LOG2E = 1.4426950408889634f;
constexpr float LN2 = 0.6931471805599453f;

#ifndef EMULATED
/** Two to the x; 0 for minus infinity and for what would be smaller than the smallest normal number. */
__device__ inline float exponential2(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

/** 1 / x; 0 for infinity. */
__device__ inline float reciprocal(float x) {
    float y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
#else
inline float exponential2(float x) { return std::exp2(x); }
inline float reciprocal(float x) { return 1 / x; }
#endif
