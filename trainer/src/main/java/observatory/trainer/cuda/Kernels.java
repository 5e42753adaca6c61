package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static observatory.trainer.cuda.CudaFailure.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;
import observatory.kernel.Ptx;
import observatory.trainer.DeviceUnusable;

/** The kernels for one format, compiled by the driver for its device, launched by name on the device's stream. */
final class Kernels implements AutoCloseable {
    private static final int LOG_BYTES = 16 << 10;
    /** More dynamic shared memory than this a kernel must ask for. */
    private static final int FREELY_SHARED = 48 << 10;

    private static final int MOST_ARGUMENTS = 24;
    private static final int ARGUMENT_BYTES = 64;
    private static final int ERROR_LOG_BUFFER = 5;
    private static final int ERROR_LOG_BUFFER_BYTES = 6;

    private final Device device;
    private final CUmodule module = new CUmodule();
    private final Map<String, CUfunction> functions = new HashMap<>();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment values = arena.allocate((long) MOST_ARGUMENTS * ARGUMENT_BYTES, 16);
    private final Pointer arguments;

    /** How many blocks of how many threads, and bytes of dynamic shared memory. */
    record Grid(int x, int y, int threads, int sharedBytes) {
        static Grid of(int blocks, int threads) {
            return new Grid(blocks, 1, threads, 0);
        }

        Grid rows(int rows) {
            return new Grid(x, rows, threads, sharedBytes);
        }

        Grid sharing(int bytes) {
            return new Grid(x, y, threads, bytes);
        }
    }

    Kernels(Device device, String element) {
        this.device = device;
        MemorySegment pointers = arena.allocate(ADDRESS, MOST_ARGUMENTS);
        for (int i = 0; i < MOST_ARGUMENTS; i++) {
            pointers.setAtIndex(ADDRESS, i, values.asSlice((long) i * ARGUMENT_BYTES));
        }
        this.arguments = Handles.host(pointers);
        load(Ptx.of(element));
    }

    /**
     * Enqueues a kernel. Arguments are addresses (Long), numbers (Integer, Float, or Long where the kernel has a long)
     * and structures (MemorySegment), in the order of its parameters; they are copied before this returns.
     */
    void launch(String kernel, Grid grid, Object... parameters) {
        for (int i = 0; i < parameters.length; i++) {
            long at = (long) i * ARGUMENT_BYTES;
            switch (parameters[i]) {
                case Long value -> values.set(JAVA_LONG, at, value);
                case Integer value -> values.set(JAVA_INT, at, value);
                case Float value -> values.set(JAVA_FLOAT, at, value);
                case MemorySegment value -> MemorySegment.copy(value, 0, values, at, value.byteSize());
                default -> throw new IllegalArgumentException("no kernel takes a " + parameters[i].getClass());
            }
        }
        CUfunction function = function(kernel, grid.sharedBytes());
        check(
                "launch of " + kernel,
                JCudaDriver.cuLaunchKernel(
                        function,
                        grid.x(),
                        grid.y(),
                        1,
                        grid.threads(),
                        1,
                        1,
                        grid.sharedBytes(),
                        device.stream(),
                        arguments,
                        null));
    }

    @Override
    public void close() {
        JCudaDriver.cuModuleUnload(module);
        arena.close();
    }

    private CUfunction function(String kernel, int sharedBytes) {
        return functions.computeIfAbsent(kernel, name -> {
            CUfunction function = new CUfunction();
            check("cuModuleGetFunction of " + name, JCudaDriver.cuModuleGetFunction(function, module, name));
            if (sharedBytes > FREELY_SHARED) {
                check(
                        "cuFuncSetAttribute of " + name,
                        JCudaDriver.cuFuncSetAttribute(
                                function,
                                CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                sharedBytes));
            }
            return function;
        });
    }

    private void load(Ptx ptx) {
        JITOptions options = new JITOptions();
        byte[] log = new byte[LOG_BYTES];
        options.putBytes(ERROR_LOG_BUFFER, log);
        options.putInt(ERROR_LOG_BUFFER_BYTES, LOG_BYTES);
        int code = JCudaDriver.cuModuleLoadDataJIT(module, Pointer.to(ptx.image()), options);
        if (code != CUresult.CUDA_SUCCESS) {
            String said = options.getString(ERROR_LOG_BUFFER);
            throw new DeviceUnusable("the NVIDIA driver " + device.driver() / 1000 + "." + device.driver() % 1000 / 10
                    + " rejected the " + ptx.element() + " kernels: " + CUresult.stringFor(code)
                    + (said == null || said.isBlank() ? "" : "; it says: " + said.strip())
                    + "; update the driver, or train with --backend cpu");
        }
    }

    /** The name of a kernel that has a twin which measures on the way. */
    static String measured(String kernel, long partials) {
        return partials == 0 ? kernel : kernel + "_measured";
    }
}
