package observatory.analysis.spectrum;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import observatory.kernel.blas.Lapack;

/** Exact eigenvalues of WᵀW: a Gram matrix in double precision, then LAPACK's two-stage dsyevd, values only. */
final class Eigenvalues {
    /**
     * A Gram matrix loses what is smaller than about 1e-16 of its largest eigenvalue. Where the smallest comes near
     * that, the singular values are computed from the matrix itself, which takes twice as long.
     */
    private static final double TRUSTED = 1e-10;
    /** 512 MiB in double precision: larger matrices keep the values of their Gram matrix. */
    private static final long LARGEST_DIRECT = 1L << 26;

    private Eigenvalues() {}

    /** Ascending, none negative; the weight must be finite. */
    static double[] of(Weight weight) {
        double[] values = gram(weight);
        double greatest = values[values.length - 1];
        boolean doubtful = greatest > 0 && values[0] < TRUSTED * greatest;
        long size = (long) weight.rows().count() * weight.columns().count();
        return doubtful && size <= LARGEST_DIRECT ? direct(weight) : values;
    }

    private static double[] gram(Weight weight) {
        int order = weight.columns().count();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment gram = arena.allocate(JAVA_DOUBLE, (long) order * order);
            int step = weight.panelRows();
            MemorySegment panel = arena.allocate(JAVA_DOUBLE, (long) step * order);
            for (int from = 0; from < weight.rows().count(); from += step) {
                int rows = Math.min(step, weight.rows().count() - from);
                MemorySegment.copy(weight.panel(from, rows), 0, panel, JAVA_DOUBLE, 0, rows * order);
                Lapack.addGram(panel, rows, gram, order);
            }
            double[] values = Lapack.eigenvalues(gram, order);
            for (int i = 0; i < order && values[i] < 0; i++) {
                values[i] = 0; // rounding only: a Gram matrix has none below zero
            }
            return values;
        }
    }

    private static double[] direct(Weight weight) {
        int columns = weight.columns().count();
        int rows = weight.rows().count();
        try (Arena arena = Arena.ofConfined()) {
            // The rows of W one after another are the columns of Wᵀ, which has the same singular values.
            MemorySegment transposed = arena.allocate(JAVA_DOUBLE, (long) rows * columns);
            int step = weight.panelRows();
            for (int from = 0; from < rows; from += step) {
                int count = Math.min(step, rows - from);
                MemorySegment.copy(
                        weight.panel(from, count),
                        0,
                        transposed,
                        JAVA_DOUBLE,
                        (long) from * columns * Double.BYTES,
                        count * columns);
            }
            double[] values = Lapack.singularValues(transposed, columns, rows);
            for (int i = 0; i < values.length; i++) {
                values[i] *= values[i];
            }
            Arrays.sort(values);
            return values;
        }
    }
}
