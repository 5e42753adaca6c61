package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import observatory.trainer.Precision;

/**
 * Products by cuBLASLt, bound through its C interface, so that CUDA 12 and 13 both serve. Descriptors and algorithm are
 * made once for each shape and kept, and the workspace is ours, so a product has the same bits every time it runs.
 * Numbers without a name are from cublasLt.h.
 */
final class CublasLt implements Gemm, AutoCloseable {
    private static final long WORKSPACE = 32L << 20;
    private static final int COMPUTE_32F = 68;
    private static final int FLOAT = 0;
    private static final int HALF = 2;
    private static final int BFLOAT16 = 14;
    private static final int TRANSPOSE_A = 3;
    private static final int TRANSPOSE_B = 4;
    private static final int MAX_WORKSPACE = 1;
    /** Of left, right, what is added to, and what is written; 256 bytes where nothing else is said. */
    private static final int[] MIN_ALIGNMENTS = {5, 6, 7, 8};
    /** cublasLtMatmulHeuristicResult_t, which begins with the 64 bytes of the algorithm. */
    private static final int HEURISTIC_BYTES = 96;

    private final Arena arena = Arena.ofShared();
    private final Device device;
    private final CublasLtLibrary library;
    private final int elementType;
    private final long handle;
    private final long workspace;
    private final MemorySegment one = arena.allocateFrom(JAVA_FLOAT, 1);
    private final MemorySegment zero = arena.allocateFrom(JAVA_FLOAT, 0);
    private final MethodHandle matmul;
    private final Map<Asked, Prepared> prepared = new HashMap<>();

    /** A product of operands that lie at multiples of so many bytes; the second half of a gated layer may lie anywhere. */
    private record Asked(Shape shape, int left, int right, int out) {
        private static final int MOST = 256;

        static Asked of(Shape shape, long a, long b, long c) {
            return new Asked(shape, alignment(b), alignment(a), alignment(c));
        }

        private static int alignment(long address) {
            return (int) Math.min(MOST, Long.lowestOneBit(address));
        }
    }

    /** What a shape needs, in the library's column-major view: c' (n, m) = a' b' with the operands exchanged. */
    private record Prepared(long operation, long left, long right, long out, MemorySegment algorithm) {}

    private CublasLt(Device device, CublasLtLibrary library, Precision precision) {
        this.device = device;
        this.library = library;
        this.elementType = switch (precision) {
            case FP32 -> FLOAT;
            case BF16 -> BFLOAT16;
            case FP16 -> HALF;
        };
        this.workspace = device.allocate(WORKSPACE);
        this.handle = library.create(arena, "cublasLtCreate");
        this.matmul = library.function(
                "cublasLtMatmul",
                JAVA_LONG,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG);
    }

    /** Empty where no cuBLASLt of CUDA 13 or 12 is installed. */
    static Optional<CublasLt> open(Device device, Precision precision) {
        return CublasLtLibrary.find(device.driver()).map(library -> new CublasLt(device, library, precision));
    }

    @Override
    public void multiply(Shape shape, long a, long b, long c, boolean accumulate) {
        Prepared p = prepared.computeIfAbsent(Asked.of(shape, a, b, c), this::prepare);
        try {
            MemorySegment beta = accumulate ? one : zero;
            library.check("cublasLtMatmul", (int) matmul.invokeExact(
                    handle,
                    p.operation,
                    one,
                    b,
                    p.left,
                    a,
                    p.right,
                    beta,
                    c,
                    p.out,
                    c,
                    p.out,
                    p.algorithm,
                    workspace,
                    WORKSPACE,
                    device.stream().handle()));
        } catch (Throwable e) {
            throw CublasLtLibrary.unexpected(e);
        }
    }

    @Override
    public String label() {
        return "cuBLASLt " + library.version();
    }

    @Override
    public void close() {
        try {
            prepared.values().forEach(this::destroy);
            library.destroy("cublasLtDestroy", handle);
        } finally {
            arena.close();
        }
    }

    private void destroy(Prepared one) {
        library.destroy("cublasLtMatmulDescDestroy", one.operation);
        for (long layout : new long[] {one.left, one.right, one.out}) {
            library.destroy("cublasLtMatrixLayoutDestroy", layout);
        }
    }

    private Prepared prepare(Asked asked) {
        Shape shape = asked.shape();
        boolean weights = shape.kind() == Kind.WEIGHT_GRADIENT;
        boolean forward = shape.kind() == Kind.FORWARD;
        long operation = library.create(arena, "cublasLtMatmulDescCreate", COMPUTE_32F, FLOAT);
        library.set("cublasLtMatmulDescSetAttribute", operation, TRANSPOSE_A, forward ? 1 : 0);
        library.set("cublasLtMatmulDescSetAttribute", operation, TRANSPOSE_B, weights ? 1 : 0);
        long left = forward
                ? library.layout(arena, elementType, shape.k(), shape.n())
                : library.layout(arena, elementType, shape.n(), shape.k());
        long right = weights
                ? library.layout(arena, elementType, shape.m(), shape.k())
                : library.layout(arena, elementType, shape.k(), shape.m());
        long out = library.layout(arena, weights ? FLOAT : elementType, shape.n(), shape.m());
        return new Prepared(operation, left, right, out, algorithm(asked, operation, left, right, out));
    }

    /** The library's first choice for a shape; kept, so that it stays the same for the whole run. */
    private MemorySegment algorithm(Asked asked, long operation, long left, long right, long out) {
        long preference = library.create(arena, "cublasLtMatmulPreferenceCreate");
        MethodHandle heuristic = library.function(
                "cublasLtMatmulAlgoGetHeuristic",
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_INT,
                ADDRESS,
                ADDRESS);
        try (Arena local = Arena.ofConfined()) {
            library.set("cublasLtMatmulPreferenceSetAttribute", preference, MAX_WORKSPACE, WORKSPACE);
            int[] alignments = {asked.left(), asked.right(), asked.out(), asked.out()};
            for (int i = 0; i < alignments.length; i++) {
                library.set("cublasLtMatmulPreferenceSetAttribute", preference, MIN_ALIGNMENTS[i], alignments[i]);
            }
            MemorySegment results = arena.allocate(HEURISTIC_BYTES, 16);
            MemorySegment count = local.allocate(JAVA_INT);
            library.check("cublasLtMatmulAlgoGetHeuristic", (int)
                    heuristic.invokeExact(handle, operation, left, right, out, out, preference, 1, results, count));
            if (count.get(JAVA_INT, 0) == 0) {
                throw new IllegalStateException("cuBLASLt knows no way to multiply " + asked);
            }
            return results.asSlice(0, 64);
        } catch (Throwable e) {
            throw CublasLtLibrary.unexpected(e);
        } finally {
            library.destroy("cublasLtMatmulPreferenceDestroy", preference);
        }
    }
}
