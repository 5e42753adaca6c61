// The planned faults: what a broken device or an outlier feature would do to a tensor.
//
// scale_all: x = x * factor; reads and writes n elements.
// set_element: one element becomes a value, such as NaN.
#include "element.cuh"

KERNEL(scale_all, 256)(Element* x, long n, float factor) {
    const long stride = static_cast<long>(gridDim.x) * blockDim.x;
    for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += stride) {
        x[i] = narrow(widen(x[i]) * factor);
    }
}

KERNEL(set_element, 32)(Element* x, long index, float value) {
    if (threadIdx.x == 0) x[index] = narrow(value);
}
