package observatory.trainer.cuda;

import static java.lang.foreign.SymbolLookup.libraryLookup;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Whether this machine can train on an NVIDIA GPU, and if not, what is missing. Asks the driver through its C interface
 * before any class of JCuda is touched, because those fail for good where there is no driver. Never throws.
 */
@SuppressWarnings("restricted")
public final class CudaProbe {
    /** CUDA 12.0, whose functions JCuda calls; drivers from 525 on have it. */
    private static final int OLDEST_DRIVER = 12000;
    /** Ampere: tensor cores for bf16, and asynchronous copies to shared memory. */
    private static final int OLDEST_CAPABILITY = 80;

    private static final int NO_DEVICE = 100;
    private static final int NOT_PERMITTED = 800;
    private static final int MISMATCH = 803;
    private static final int MAJOR = 75;
    private static final int MINOR = 76;

    private CudaProbe() {}

    /**
     * What was found.
     *
     * @param reason why CUDA is not usable and what to do about it, in one line; the device's name where it is
     * @param driver version of CUDA the driver has, as 1000 · major + 10 · minor; 0 where unknown
     * @param capability compute capability of device 0, as 10 · major + minor; 0 where unknown
     */
    public record Found(boolean usable, String reason, int driver, int capability) {
        static Found missing(String reason) {
            return new Found(false, reason, 0, 0);
        }
    }

    public static Found probe() {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup library = libraryLookup("libcuda.so.1", arena);
            return new Query(library, arena).found();
        } catch (IllegalArgumentException e) {
            return Found.missing("no NVIDIA driver: libcuda.so.1 not found; install one of version 525 or newer");
        } catch (Throwable e) {
            return Found.missing("the NVIDIA driver cannot be asked: " + e);
        }
    }

    private record Query(SymbolLookup library, Arena arena) {

        Found found() throws Throwable {
            int started = (int) function("cuInit", JAVA_INT).invoke(0);
            if (started != 0) {
                return Found.missing(notStarted(started));
            }
            int driver = number("cuDriverGetVersion");
            if (driver < OLDEST_DRIVER) {
                return new Found(
                        false,
                        "the NVIDIA driver is too old: it supports CUDA " + version(driver) + ", and "
                                + version(OLDEST_DRIVER) + " is needed; install one of version 525 or newer",
                        driver,
                        0);
            }
            if (number("cuDeviceGetCount") == 0) {
                return new Found(false, "no CUDA device; CUDA_VISIBLE_DEVICES may hide it", driver, 0);
            }
            int capability = 10 * attribute(MAJOR) + attribute(MINOR);
            String name = name();
            if (capability < OLDEST_CAPABILITY) {
                return new Found(
                        false,
                        name + " has compute capability " + capability / 10 + "." + capability % 10
                                + ", and 8.0 (Ampere) or newer is needed; train on the CPU or on a newer device",
                        driver,
                        capability);
            }
            return new Found(true, name, driver, capability);
        }

        private static String notStarted(int code) {
            return switch (code) {
                case NO_DEVICE ->
                    "no CUDA device: the driver is installed but sees none; CUDA_VISIBLE_DEVICES may hide it";
                case NOT_PERMITTED ->
                    "the NVIDIA driver refuses this user (error 800); check the rights on /dev/nvidia*";
                case MISMATCH ->
                    "the NVIDIA driver's library and kernel module differ in version (error 803); reboot or reinstall it";
                default -> "the NVIDIA driver cannot start: cuInit returned " + code + "; nvidia-smi may say more";
            };
        }

        private static String version(int driver) {
            return driver / 1000 + "." + driver % 1000 / 10;
        }

        private int number(String call) throws Throwable {
            MemorySegment out = arena.allocate(JAVA_INT);
            require(call, (int) function(call, ADDRESS).invoke(out));
            return out.get(JAVA_INT, 0);
        }

        private int attribute(int which) throws Throwable {
            MemorySegment out = arena.allocate(JAVA_INT);
            require("cuDeviceGetAttribute", (int) function("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT)
                    .invoke(out, which, 0));
            return out.get(JAVA_INT, 0);
        }

        private String name() throws Throwable {
            MemorySegment out = arena.allocate(256);
            require("cuDeviceGetName", (int)
                    function("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT).invoke(out, 256, 0));
            return out.getString(0);
        }

        private MethodHandle function(String name, MemoryLayout... arguments) {
            return Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
        }

        private static void require(String call, int code) {
            if (code != 0) {
                throw new IllegalStateException(call + " returned " + code);
            }
        }
    }
}
