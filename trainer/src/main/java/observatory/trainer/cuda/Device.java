package observatory.trainer.cuda;

import static observatory.trainer.cuda.CudaFailure.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUevent;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * Device 0 with its primary context and one stream, on which everything runs in order. Belongs to one thread; closing it
 * frees whatever was allocated through it.
 */
final class Device implements AutoCloseable {
    private static final int PROCESSORS = 16;

    private final CUdevice device = new CUdevice();
    private final Handles.Stream stream = new Handles.Stream();
    private final Arena arena = Arena.ofShared();
    private final java.util.List<Handles.Allocation> allocations = new java.util.ArrayList<>();
    private final java.util.List<MemorySegment> pinned = new java.util.ArrayList<>();
    private final CudaProbe.Found found;

    /** Opens the device; where it cannot be used, fails with the reason. */
    Device() {
        found = CudaProbe.probe();
        if (!found.usable()) {
            throw new IllegalStateException(found.reason());
        }
        Natives.load();
        check("cuInit", JCudaDriver.cuInit(0));
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, 0));
        CUcontext context = new CUcontext();
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
        check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
        check("cuStreamCreate", JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    }

    String name() {
        return found.reason();
    }

    /** CUDA version of the driver, as 1000 · major + 10 · minor. */
    int driver() {
        return found.driver();
    }

    int processors() {
        int[] value = new int[1];
        check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, PROCESSORS, device));
        return value[0];
    }

    Handles.Stream stream() {
        return stream;
    }

    long freeBytes() {
        long[] free = new long[1];
        check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, new long[1]));
        return free[0];
    }

    /** Allocates, and returns the address; 0 where there is not enough memory. */
    long tryAllocate(long bytes) {
        Handles.Allocation allocation = new Handles.Allocation();
        int code = JCudaDriver.cuMemAlloc(allocation, bytes);
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            return 0;
        }
        check("cuMemAlloc", code);
        allocations.add(allocation);
        return allocation.address();
    }

    long allocate(long bytes) {
        long address = tryAllocate(bytes);
        if (address == 0) {
            throw CudaFailure.of("cuMemAlloc of " + bytes + " bytes", CUresult.CUDA_ERROR_OUT_OF_MEMORY);
        }
        return address;
    }

    /** Frees one allocation before its time. */
    void free(long address) {
        for (Handles.Allocation allocation : allocations) {
            if (allocation.address() == address) {
                check("cuMemFree", JCudaDriver.cuMemFree(allocation));
                allocations.remove(allocation);
                return;
            }
        }
        throw new IllegalArgumentException("not allocated here: " + address);
    }

    /** Page-locked host memory, which copies may read and write while the program goes on. */
    MemorySegment pinned(long bytes) {
        jcuda.Pointer pointer = new jcuda.Pointer();
        check("cuMemHostAlloc", JCudaDriver.cuMemHostAlloc(pointer, bytes, 0));
        MemorySegment memory = MemorySegment.ofBuffer(pointer.getByteBuffer(0, bytes));
        pinned.add(memory);
        return memory;
    }

    /** Starts a copy; {@code from} must stay as it is until the copy is done. */
    void toDevice(long to, MemorySegment from) {
        check(
                "cuMemcpyHtoDAsync",
                JCudaDriver.cuMemcpyHtoDAsync(Handles.device(to), Handles.host(from), from.byteSize(), stream));
    }

    /** Copies at once, beside the stream; nothing on the stream may use the place before. */
    void toDeviceNow(long to, MemorySegment from) {
        check("cuMemcpyHtoD", JCudaDriver.cuMemcpyHtoD(Handles.device(to), Handles.host(from), from.byteSize()));
    }

    /** Starts a copy; {@code to} holds the result when the stream has come so far. */
    void toHost(MemorySegment to, long from) {
        check(
                "cuMemcpyDtoHAsync",
                JCudaDriver.cuMemcpyDtoHAsync(Handles.host(to), Handles.device(from), to.byteSize(), stream));
    }

    void clear(long address, long bytes) {
        check("cuMemsetD8Async", JCudaDriver.cuMemsetD8Async(Handles.device(address), (byte) 0, bytes, stream));
    }

    void copy(long to, long from, long bytes) {
        check(
                "cuMemcpyDtoDAsync",
                JCudaDriver.cuMemcpyDtoDAsync(Handles.device(to), Handles.device(from), bytes, stream));
    }

    /** Waits for everything enqueued so far. */
    void await() {
        check("work on the device", JCudaDriver.cuStreamSynchronize(stream));
    }

    CUevent event() {
        CUevent event = new CUevent();
        check("cuEventCreate", JCudaDriver.cuEventCreate(event, 0));
        return event;
    }

    void record(CUevent event) {
        check("cuEventRecord", JCudaDriver.cuEventRecord(event, stream));
    }

    void await(CUevent event) {
        check("work on the device", JCudaDriver.cuEventSynchronize(event));
    }

    /** Time between two events that have passed. */
    double millis(CUevent from, CUevent to) {
        float[] millis = new float[1];
        check("cuEventElapsedTime", JCudaDriver.cuEventElapsedTime(millis, from, to));
        return millis[0];
    }

    @Override
    public void close() {
        // After a failure of the device every call fails; what can still be freed is, and the driver frees the rest.
        for (Handles.Allocation allocation : allocations) {
            JCudaDriver.cuMemFree(allocation);
        }
        for (MemorySegment memory : pinned) {
            JCudaDriver.cuMemFreeHost(Handles.host(memory));
        }
        JCudaDriver.cuStreamDestroy(stream);
        JCudaDriver.cuDevicePrimaryCtxRelease(device);
        arena.close();
    }
}
