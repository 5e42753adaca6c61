// How a kernel is found by its name and called with an array of pointers to its arguments, as the driver does.
#pragma once
#include "emulation.h"

namespace emulation {
using Caller = std::function<std::function<void()>(void**)>;

void launch(const char* kernel, const std::function<void()>& call, dim3 grid, dim3 block, std::size_t sharedBytes);
/** Lets fibers take turns in another order for each block; 0 for the order of their numbers. */
void shuffleOrder(unsigned long seed);

/** Kernels by "format/name", such as "bf16/norm_forward". */
std::map<std::string, Caller>& registry();

template <class... A, std::size_t... I>
Caller caller(void (*kernel)(A...), std::index_sequence<I...>) {
    return [kernel](void** arguments) {
        std::tuple<std::decay_t<A>...> values(*static_cast<std::decay_t<A>*>(arguments[I])...);
        return [kernel, values] { std::apply(kernel, values); };
    };
}

template <class... A>
bool enlist(const char* name, void (*kernel)(A...)) {
    return registry().emplace(name, caller(kernel, std::index_sequence_for<A...>())).second;
}
} // namespace emulation
