// Copies from global to shared memory in the background, cp.async: a thread waits for its own.
#pragma once
#include "element.cuh"

#ifndef EMULATED
__device__ inline unsigned sharedAddress(const void* p) { return static_cast<unsigned>(__cvta_generic_to_shared(p)); }

/** 16 bytes from global to shared memory in the background; zeros where there is nothing to read. */
__device__ inline void copyAsync(Element* to, const Element* from, bool there) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(to)), "l"(from), "r"(there ? 16 : 0));
}

__device__ inline void commitCopies() { asm volatile("cp.async.commit_group;"); }

/** Waits until at most `pending` groups of this thread's copies are under way. */
template <int pending>
__device__ inline void awaitCopies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(pending));
}
#else
#include "emulation_copies.h"
#endif
