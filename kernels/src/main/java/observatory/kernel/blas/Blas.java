package observatory.kernel.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Single-precision matrix products by OpenBLAS on off-heap memory, row-major. Each call runs on the calling thread
 * alone: who wants more threads splits the product by its shape, so that the bits do not depend on how many there are.
 * May be called from several threads at once. Fails at first use with the reason where no OpenBLAS fits the machine.
 */
public final class Blas {
    private static final int ROW_MAJOR = 101;
    private static final MethodHandle SGEMM = bind();

    private Blas() {}

    /** The library's file, for a program that is to be measured with the same products. */
    public static Path library() {
        return OpenBlas.place();
    }

    /** The processor whose kernels are used, in OpenBLAS's words: SkylakeX and later have vectors of 512 bits. */
    public static String core() {
        return OpenBlas.core();
    }

    /** Whether an operand is read as it lies or transposed. */
    public enum Read {
        AS_IS(111),
        TRANSPOSED(112);

        private final int cblas;

        Read(int cblas) {
            this.cblas = cblas;
        }
    }

    /** A matrix operand: where its first element lies, how many elements one row spans, and how it is read. */
    public record Operand(MemorySegment data, int stride, Read read) {
        public static Operand of(MemorySegment data, int stride) {
            return new Operand(data, stride, Read.AS_IS);
        }

        public static Operand transposed(MemorySegment data, int stride) {
            return new Operand(data, stride, Read.TRANSPOSED);
        }
    }

    /** The extents of a product: (rows, inner) times (inner, columns). */
    public record Shape(int rows, int columns, int inner) {}

    /** c = scale · a · b + keep · c. {@code c} is read as it lies. */
    public static void multiply(Shape shape, float scale, Operand a, Operand b, float keep, Operand c) {
        try {
            SGEMM.invokeExact(
                    ROW_MAJOR,
                    a.read.cblas,
                    b.read.cblas,
                    shape.rows,
                    shape.columns,
                    shape.inner,
                    scale,
                    a.data,
                    a.stride,
                    b.data,
                    b.stride,
                    keep,
                    c.data,
                    c.stride);
        } catch (Throwable e) {
            throw new IllegalStateException("cblas_sgemm failed for " + shape, e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                OpenBlas.LIBRARY.findOrThrow("cblas_sgemm"),
                FunctionDescriptor.ofVoid(
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_FLOAT,
                        ADDRESS,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_INT,
                        JAVA_FLOAT,
                        ADDRESS,
                        JAVA_INT));
    }
}
