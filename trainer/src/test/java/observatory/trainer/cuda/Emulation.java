package observatory.trainer.cuda;

import static java.lang.foreign.SymbolLookup.loaderLookup;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The driver without a device: the unmodified kernels, built for the CPU by kernels/emulate.sh, behind the interface of
 * libcuda.so.1. Loaded before anything asks for that library, it is what everything in this JVM finds. With
 * -Dobservatory.emulate=ptx it is built from what is shipped, stricter and slower.
 */
@SuppressWarnings("restricted")
final class Emulation {
    private static Path library;

    private Emulation() {}

    /** Loads it, built once for its sources; where there is no g++ the test is skipped, with a message. */
    static synchronized void require() {
        if (library == null) {
            requireCompiler();
            Path kernels = Path.of("..", "kernels", "src", "main");
            library = System.getProperty("observatory.emulate", "").equals("ptx")
                    ? buildPtx(kernels.resolve(Path.of("resources", "observatory", "kernel")), "shipped")
                    : build(kernels.resolve("cuda"), "emulation");
            System.load(library.toString());
        }
        reset();
    }

    static void requireCompiler() {
        Assumptions.assumeTrue(
                onPath("g++") && onPath("bash"), "skipped: no g++ here, so the kernels cannot be emulated");
    }

    /** Builds the kernels of a folder; again only where a source is newer than what is there. */
    static Path build(Path sources, String name) {
        try {
            Path out = Path.of("target", name).toAbsolutePath();
            Path built = out.resolve("libcuda.so.1");
            if (!Files.exists(built)
                    || newest(sources) > Files.getLastModifiedTime(built).toMillis()) {
                emulate(out.toString(), sources.toAbsolutePath().toString());
            }
            return built;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("the emulation cannot be built", e);
        }
    }

    /** Builds what is shipped, from the PTX in a folder; again only those kernels that have changed. */
    static Path buildPtx(Path ptx, String name) {
        Path out = Path.of("target", name).toAbsolutePath();
        try {
            emulate("--ptx", out.toString(), ptx.toAbsolutePath().toString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("the PTX cannot be emulated", e);
        }
        return out.resolve("libcuda.so.1");
    }

    private static void emulate(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("bash", Path.of("..", "kernels", "emulate.sh").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the emulation does not build: " + said);
        }
    }

    /** Everything as on a healthy device, without failures. */
    static void reset() {
        call("emulationReset", List.of());
    }

    /** Lets a driver call fail with a code from its next-but-so-many-th call on. */
    static void fail(String driverCall, int after, int code) {
        try (Arena arena = Arena.ofConfined()) {
            call("emulationFail", List.of(arena.allocateFrom(driverCall), after, code));
        }
    }

    /** How often a driver call was made since the reset, or a kernel launched or captured, by a name such as bf16/embed. */
    static long calls(String driverCall) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) function("emulationCalls", ValueLayout.JAVA_LONG, ValueLayout.ADDRESS)
                    .invokeWithArguments(arena.allocateFrom(driverCall));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void memory(long bytes) {
        call("emulationMemory", List.of(bytes));
    }

    static void device(int count, int capability, int driver) {
        call("emulationDevice", List.of(count, capability, driver));
    }

    /** Threads of a block, and streams, take their turns in another order. */
    static void shuffle(long seed) {
        call("emulationShuffle", List.of(seed));
    }

    private static long newest(Path sources) throws IOException {
        long newest = 0;
        for (Path folder :
                List.of(sources, Path.of("..", "kernels", "src", "test", "cuda"), Path.of("..", "kernels"))) {
            try (var files = Files.list(folder)) {
                newest = Math.max(
                        newest,
                        files.filter(Files::isRegularFile)
                                .mapToLong(file -> file.toFile().lastModified())
                                .max()
                                .orElse(0));
            }
        }
        return newest;
    }

    private static void call(String name, List<?> arguments) {
        MemoryLayout[] layouts = arguments.stream()
                .map(argument -> switch (argument) {
                    case Long _ -> ValueLayout.JAVA_LONG;
                    case Integer _ -> ValueLayout.JAVA_INT;
                    case MemorySegment _ -> ValueLayout.ADDRESS;
                    default -> throw new IllegalArgumentException(argument.toString());
                })
                .toArray(MemoryLayout[]::new);
        try {
            Linker.nativeLinker()
                    .downcallHandle(symbols().findOrThrow(name), FunctionDescriptor.ofVoid(layouts))
                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(symbols().findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }

    private static SymbolLookup symbols() {
        return loaderLookup();
    }

    private static boolean onPath(String program) {
        String path = System.getenv("PATH");
        return path != null
                && List.of(path.split(":")).stream().anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
