package observatory.kernel.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Whole spectra in double precision by OpenBLAS and LAPACK on off-heap memory, on the calling thread alone; may be
 * called from several threads at once. Values that are not finite are the caller's to exclude.
 */
public final class Lapack {
    private static final int ROW_MAJOR = 101;
    private static final int COLUMN_MAJOR = 102;
    private static final int LOWER = 122;
    private static final int TRANSPOSED = 112;
    private static final byte VALUES_ONLY = 'N';
    private static final byte WITH_VECTORS = 'V';
    private static final byte UPPER = 'U';

    private static final MethodHandle DSYRK = bind(
            "cblas_dsyrk",
            FunctionDescriptor.ofVoid(
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_DOUBLE,
                    ADDRESS,
                    JAVA_INT,
                    JAVA_DOUBLE,
                    ADDRESS,
                    JAVA_INT));
    private static final MethodHandle DSYEVD = bind(
            "LAPACKE_dsyevd_2stage", answering(JAVA_INT, JAVA_BYTE, JAVA_BYTE, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
    private static final MethodHandle DGESDD = bind(
            "LAPACKE_dgesdd",
            answering(
                    JAVA_INT, JAVA_BYTE, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS,
                    JAVA_INT));
    private static final MethodHandle DSTEV =
            bind("LAPACKE_dstev", answering(JAVA_INT, JAVA_BYTE, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT));

    private Lapack() {}

    /**
     * gram += panelᵀ · panel, lower half only; the panel is (rows, order), the Gram matrix (order, order), row-major.
     */
    public static void addGram(MemorySegment panel, int rows, MemorySegment gram, long order) {
        int n = Math.toIntExact(order);
        try {
            DSYRK.invokeExact(ROW_MAJOR, LOWER, TRANSPOSED, n, rows, 1.0, panel, n, 1.0, gram, n);
        } catch (Throwable e) {
            throw new IllegalStateException("cblas_dsyrk failed: rows=" + rows + ", order=" + order, e);
        }
    }

    /** Eigenvalues, ascending, of a symmetric matrix of which the lower half (row-major) is read and overwritten. */
    public static double[] eigenvalues(MemorySegment symmetric, int order) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(JAVA_DOUBLE, order);
            // The lower half by rows is the upper half by columns, which spares LAPACKE a transposed copy.
            int info = (int) DSYEVD.invokeExact(COLUMN_MAJOR, VALUES_ONLY, UPPER, order, symmetric, order, values);
            return finished("dsyevd_2stage", info, values);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("LAPACKE_dsyevd_2stage failed: order=" + order, e);
        }
    }

    /**
     * Singular values, descending, by bidiagonalisation: small ones are as exact as large ones, which squares lose.
     *
     * @param matrix column-major of (rows, columns); overwritten
     */
    public static double[] singularValues(MemorySegment matrix, int rows, long columns) {
        int n = Math.toIntExact(columns);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(JAVA_DOUBLE, Math.min(rows, n));
            int info = (int) DGESDD.invokeExact(
                    COLUMN_MAJOR,
                    VALUES_ONLY,
                    rows,
                    n,
                    matrix,
                    rows,
                    values,
                    MemorySegment.NULL,
                    1,
                    MemorySegment.NULL,
                    1);
            return finished("dgesdd", info, values);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("LAPACKE_dgesdd failed: rows=" + rows + ", columns=" + columns, e);
        }
    }

    /** Eigenvalues, ascending, of a symmetric tridiagonal matrix, and both ends of each eigenvector. */
    public record Tridiagonal(double[] values, double[] first, double[] last) {}

    /** @param beside the elements beside the diagonal, one fewer than those on it */
    public static Tridiagonal tridiagonal(double[] diagonal, double[] beside) {
        int order = diagonal.length;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment d = arena.allocateFrom(JAVA_DOUBLE, diagonal);
            MemorySegment e = arena.allocate(JAVA_DOUBLE, order);
            MemorySegment.copy(beside, 0, e, JAVA_DOUBLE, 0, order - 1);
            MemorySegment vectors = arena.allocate(JAVA_DOUBLE, (long) order * order);
            int info = (int) DSTEV.invokeExact(COLUMN_MAJOR, WITH_VECTORS, order, d, e, vectors, order);
            double[] values = finished("dstev", info, d);
            double[] first = new double[order];
            double[] last = new double[order];
            for (int i = 0; i < order; i++) {
                first[i] = vectors.getAtIndex(JAVA_DOUBLE, (long) i * order);
                last[i] = vectors.getAtIndex(JAVA_DOUBLE, (long) i * order + order - 1);
            }
            return new Tridiagonal(values, first, last);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("LAPACKE_dstev failed: order=" + order, e);
        }
    }

    private static double[] finished(String routine, int info, MemorySegment values) {
        if (info != 0) {
            throw new IllegalStateException(
                    routine + (info > 0 ? " did not converge: " + info : " refused its argument " + -info)
                            + "; a matrix that is not finite does this");
        }
        return values.toArray(JAVA_DOUBLE);
    }

    private static FunctionDescriptor answering(MemoryLayout... arguments) {
        return FunctionDescriptor.of(JAVA_INT, arguments);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(String routine, FunctionDescriptor shape) {
        return Linker.nativeLinker().downcallHandle(OpenBlas.LIBRARY.findOrThrow(routine), shape);
    }
}
