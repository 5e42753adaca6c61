package observatory.kernel.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/** The library itself, loaded once for the process, with one thread a call. */
final class OpenBlas {
    static final SymbolLookup LIBRARY = load();

    private OpenBlas() {}

    /** Where it lies: JavaCPP unpacks and loads it with all it depends on, beside the smallest glue that it has. */
    static Path place() {
        return Path.of(Loader.load(openblas_nolapack.class)).resolveSibling("libopenblas.so.0");
    }

    /** The processor whose kernels it took, in its own words, such as Haswell or SkylakeX. */
    @SuppressWarnings("restricted")
    static String core() {
        try {
            MemorySegment name = (MemorySegment) Linker.nativeLinker()
                    .downcallHandle(LIBRARY.findOrThrow("openblas_get_corename"), FunctionDescriptor.of(ADDRESS))
                    .invokeExact();
            return name.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable e) {
            throw new IllegalStateException("openblas_get_corename failed", e);
        }
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup load() {
        SymbolLookup library = SymbolLookup.libraryLookup(place(), Arena.global());
        try {
            Linker.nativeLinker()
                    .downcallHandle(
                            library.findOrThrow("openblas_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT))
                    .invokeExact(1);
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
        return library;
    }
}
