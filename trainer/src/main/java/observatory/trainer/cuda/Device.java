package observatory.trainer.cuda;

import static observatory.trainer.cuda.CudaFailure.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import observatory.trainer.DeviceUnusable;

/**
 * Device 0 with its primary context and one stream, on which everything runs in order. Belongs to one thread, but for
 * fetching what {@link #snapshot} has copied; closing it frees whatever was allocated through it.
 */
final class Device implements AutoCloseable {
    private static final int PROCESSORS = 16;
    private static final long PIECE_BYTES = 8 << 20;

    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final Handles.Stream stream = new Handles.Stream();
    /** For copies that another thread waits for. */
    private final Handles.Stream beside = new Handles.Stream();

    private boolean closed;
    private final List<Handles.Allocation> allocations = new ArrayList<>();
    private final List<MemorySegment> pinned = new ArrayList<>();
    private final CudaProbe.Found found;

    /** Opens the device; where it cannot be used, fails with the reason. */
    Device() {
        found = CudaProbe.probe();
        if (!found.usable()) {
            throw new DeviceUnusable(found.reason());
        }
        Natives.load();
        check("cuInit", JCudaDriver.cuInit(0));
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, 0));
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
        try {
            check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
            check("cuStreamCreate", JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
            check("cuStreamCreate", JCudaDriver.cuStreamCreate(beside, CUstream_flags.CU_STREAM_NON_BLOCKING));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
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

    /** Bytes of memory: those that are free, and all. */
    record Memory(long free, long all) {}

    Memory memory() {
        long[] free = new long[1];
        long[] all = new long[1];
        check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, all));
        return new Memory(free[0], all[0]);
    }

    /** Allocates, and returns the address; 0 where there is not enough memory. */
    synchronized long tryAllocate(long bytes) {
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

    /** Frees one allocation before its time; a device that is lost cannot, and says so with the next call that matters. */
    synchronized void free(long address) {
        for (Handles.Allocation allocation : allocations) {
            if (allocation.address() == address) {
                JCudaDriver.cuMemFree(allocation);
                allocations.remove(allocation);
                return;
            }
        }
        throw new IllegalArgumentException("not allocated here: " + address);
    }

    /** Page-locked host memory, which copies may read and write while the program goes on. */
    MemorySegment pinned(long bytes) {
        jcuda.Pointer pointer = new jcuda.Pointer();
        int code = JCudaDriver.cuMemHostAlloc(pointer, bytes, 0);
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new DeviceUnusable("not enough host memory that can be page-locked: needed=" + (bytes >> 10)
                    + " KiB more; free some, or raise the limit that ulimit -l shows");
        }
        check("cuMemHostAlloc", code);
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

    /**
     * Copies what is at an address when the stream has come so far, on the device.
     *
     * @return what to run once, on any thread: fetches the copy piece by piece and frees it
     */
    Consumer<Piece> snapshot(long from, long bytes) {
        long own = allocate(bytes);
        copy(own, from, bytes);
        CUevent copied = new CUevent();
        check("cuEventCreate", JCudaDriver.cuEventCreate(copied, CUevent_flags.CU_EVENT_BLOCKING_SYNC));
        record(copied);
        return piece -> fetch(own, bytes, copied, piece);
    }

    /** Takes a stretch of a fetched copy. */
    interface Piece {
        void take(long offset, MemorySegment bytes);
    }

    private void fetch(long own, long bytes, CUevent copied, Piece piece) {
        try (Arena room = Arena.ofConfined()) {
            MemorySegment landing = room.allocate(Math.min(bytes, PIECE_BYTES), 16);
            for (long at = 0; at < bytes; at += PIECE_BYTES) {
                MemorySegment part = landing.asSlice(0, Math.min(PIECE_BYTES, bytes - at));
                bring(part, own + at, copied);
                piece.take(at, part);
            }
        } finally {
            forget(own, copied);
        }
    }

    /** Gives a copy back; with the device its memory is gone. */
    private synchronized void forget(long own, CUevent copied) {
        if (!closed) {
            free(own);
            JCudaDriver.cuEventDestroy(copied);
        }
    }

    private synchronized void bring(MemorySegment to, long from, CUevent copied) {
        if (closed) {
            throw new CancellationException("the device was given back");
        }
        check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
        await(copied);
        check(
                "cuMemcpyDtoHAsync",
                JCudaDriver.cuMemcpyDtoHAsync(Handles.host(to), Handles.device(from), to.byteSize(), beside));
        check("work on the device", JCudaDriver.cuStreamSynchronize(beside));
    }

    /** Marks where a profiler that waits for marks begins, or ends. */
    static void profiled(boolean on) {
        check("cuProfilerStart or Stop", on ? JCudaDriver.cuProfilerStart() : JCudaDriver.cuProfilerStop());
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
    public synchronized void close() {
        closed = true;
        // After a failure of the device every call fails; what can still be freed is, and the driver frees the rest.
        for (Handles.Allocation allocation : allocations) {
            JCudaDriver.cuMemFree(allocation);
        }
        for (MemorySegment memory : pinned) {
            JCudaDriver.cuMemFreeHost(Handles.host(memory));
        }
        JCudaDriver.cuStreamDestroy(stream);
        JCudaDriver.cuStreamDestroy(beside);
        JCudaDriver.cuDevicePrimaryCtxRelease(device);
    }
}
