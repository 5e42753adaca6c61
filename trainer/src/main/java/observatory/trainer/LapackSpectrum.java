package observatory.trainer;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import observatory.kernel.blas.Lapack;
import observatory.probe.host.SpectrumQueue;

/** Whole spectra in double: BLAS makes the Gram matrix of a weight's shorter side, LAPACK its eigenvalues. */
public final class LapackSpectrum {
    private static final int PANEL_ROWS = 256;

    private LapackSpectrum() {}

    /** A queue for weights that stay at their addresses as long as their model. */
    public static SpectrumQueue queue() {
        return new SpectrumQueue(LapackSpectrum::eigenvalues, new HashMap<>());
    }

    /** Eigenvalues of WᵀW or WWᵀ, whichever is smaller, descending; none where an element is not finite. */
    public static double[] eigenvalues(float[] matrix, int rows, int columns) {
        boolean tall = rows >= columns;
        int order = Math.min(rows, columns);
        int length = Math.max(rows, columns);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment gram = arena.allocate(JAVA_DOUBLE, (long) order * order);
            MemorySegment panel = arena.allocate(JAVA_DOUBLE, (long) PANEL_ROWS * order);
            for (int from = 0; from < length; from += PANEL_ROWS) {
                int count = Math.min(PANEL_ROWS, length - from);
                for (int i = 0; i < count; i++) {
                    for (int j = 0; j < order; j++) {
                        float value = tall ? matrix[(from + i) * columns + j] : matrix[j * columns + from + i];
                        if (!Float.isFinite(value)) {
                            return new double[0];
                        }
                        panel.setAtIndex(JAVA_DOUBLE, (long) i * order + j, value);
                    }
                }
                Lapack.addGram(panel, count, gram, order);
            }
            return descending(Lapack.eigenvalues(gram, order));
        }
    }

    /** Reversed, and what rounding made negative is zero. */
    private static double[] descending(double[] ascending) {
        double[] reversed = new double[ascending.length];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = Math.max(0, ascending[ascending.length - 1 - i]);
        }
        return reversed;
    }
}
