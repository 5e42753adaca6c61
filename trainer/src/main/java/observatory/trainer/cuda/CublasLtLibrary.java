package observatory.trainer.cuda;

import static java.lang.foreign.SymbolLookup.libraryLookup;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The shared library of cuBLASLt where one is installed, and its calls; all of them return a status. */
@SuppressWarnings("restricted")
record CublasLtLibrary(SymbolLookup symbols, String path) {
    private static final String NAME = "libcublasLt.so.";
    private static final List<Integer> MAJORS = List.of(13, 12);
    /** Folders of CUDA toolkits, and of PyTorch's wheels where a Python has them. */
    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/local/cuda/lib64"), Path.of("/usr/lib/x86_64-linux-gnu"));

    private static final List<Path> PREFIXES = List.of(Path.of("/usr/local"), Path.of("/usr"));
    /** System property that names a further folder to look into, before all others. */
    private static final String FOLDER = "observatory.cuda.libraries";

    private static final List<String> WHEELS = List.of("nvidia/cu13/lib", "nvidia/cublas/lib");

    /**
     * The newest that can be loaded and that the driver serves: by the loader's own path, then where toolkits and wheels put it.
     *
     * @param driver version of CUDA the driver has, as 1000 · major + 10 · minor
     */
    static Optional<CublasLtLibrary> find(int driver) {
        for (int major : majors(driver)) {
            List<String> places = new ArrayList<>(List.of(NAME + major));
            String named = System.getProperty(FOLDER);
            if (named != null) {
                places.addFirst(named + "/" + NAME + major);
            }
            FOLDERS.forEach(folder -> places.add(folder.resolve(NAME + major).toString()));
            wheels().forEach(folder -> places.add(folder.resolve(NAME + major).toString()));
            for (String place : places) {
                Optional<CublasLtLibrary> found = open(place);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** Versions of the library to look for, newest first; of a newer one than the driver's no call succeeds. */
    static List<Integer> majors(int driver) {
        return MAJORS.stream().filter(major -> major <= driver / 1000).toList();
    }

    /** For example 13.0.2. */
    String version() {
        try {
            long version = (long) Linker.nativeLinker()
                    .downcallHandle(symbols.findOrThrow("cublasLtGetVersion"), FunctionDescriptor.of(JAVA_LONG))
                    .invokeExact();
            return version / 10000 + "." + version % 10000 / 100 + "." + version % 100;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    MethodHandle function(String name, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    /** Calls a function whose first argument receives a handle. */
    long create(Arena arena, String name, int... arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments.length + 1];
        List<Object> values = new ArrayList<>();
        MemorySegment out = arena.allocate(JAVA_LONG);
        layouts[0] = ADDRESS;
        values.add(out);
        for (int i = 0; i < arguments.length; i++) {
            layouts[i + 1] = JAVA_INT;
            values.add(arguments[i]);
        }
        call(name, function(name, layouts), values);
        return out.get(JAVA_LONG, 0);
    }

    /** A column-major matrix whose columns follow each other. */
    long layout(Arena arena, int type, long rows, long columns) {
        MemorySegment out = arena.allocate(JAVA_LONG);
        String name = "cublasLtMatrixLayoutCreate";
        MethodHandle create = function(name, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        call(name, create, List.of(out, type, rows, columns, rows));
        return out.get(JAVA_LONG, 0);
    }

    /** Sets an attribute of 4 bytes (Integer) or 8 (Long). */
    void set(String name, long object, int attribute, Number value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = value instanceof Long whole
                    ? arena.allocateFrom(JAVA_LONG, whole)
                    : arena.allocateFrom(JAVA_INT, value.intValue());
            MethodHandle set = function(name, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
            call(name, set, List.of(object, attribute, bytes, bytes.byteSize()));
        }
    }

    void destroy(String name, long object) {
        call(name, function(name, JAVA_LONG), List.of(object));
    }

    void check(String call, int status) {
        if (status != 0) {
            throw new IllegalStateException(call + " of " + path + " returned status " + status);
        }
    }

    static RuntimeException unexpected(Throwable e) {
        return e instanceof RuntimeException known ? known : new IllegalStateException(e);
    }

    private void call(String name, MethodHandle function, List<?> arguments) {
        try {
            check(name, (int) function.invokeWithArguments(arguments));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static Optional<CublasLtLibrary> open(String place) {
        try {
            return Optional.of(new CublasLtLibrary(
                    place.startsWith("/")
                            ? libraryLookup(Path.of(place), Arena.global())
                            : libraryLookup(place, Arena.global()),
                    place));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not there, or not loadable: the next place is tried
        }
    }

    private static List<Path> wheels() {
        List<Path> found = new ArrayList<>();
        for (Path root : PREFIXES) {
            try (DirectoryStream<Path> versions = Files.newDirectoryStream(root.resolve("lib"), "python3*")) {
                for (Path version : versions) {
                    for (String packages : List.of("site-packages", "dist-packages")) {
                        WHEELS.forEach(
                                wheel -> found.add(version.resolve(packages).resolve(wheel)));
                    }
                }
            } catch (IOException e) {
                // No Python here, so nothing of it.
            }
        }
        return found;
    }
}
