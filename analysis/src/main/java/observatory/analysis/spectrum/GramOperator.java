package observatory.analysis.spectrum;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;
import observatory.kernel.blas.Blas;
import observatory.kernel.blas.Blas.Operand;
import observatory.kernel.blas.Blas.Shape;

/**
 * WᵀW on several vectors in single precision, a panel of W at a time. Matrices of up to 1 GiB are converted once,
 * larger ones each time, which doubles the time and takes no memory.
 */
final class GramOperator implements Lanczos.Operator {
    private static final long KEPT_BYTES = 1L << 30;

    private final Weight weight;
    private final int order;
    private final int step;
    private final boolean kept;
    private final MemorySegment[] panels; // (step, order) each
    private final Arena arena;

    /** @param arena holds the panels */
    GramOperator(Weight weight, Arena arena) {
        this.weight = weight;
        this.arena = arena;
        this.order = weight.columns().count();
        this.step = weight.panelRows();
        int count = Math.ceilDiv(weight.rows().count(), step);
        this.kept = (long) count * step * order * Float.BYTES <= KEPT_BYTES;
        this.panels = new MemorySegment[kept ? count : 1];
    }

    @Override
    public double[][] apply(double[][] vectors) {
        int count = vectors.length;
        try (Arena call = Arena.ofConfined()) {
            MemorySegment v = call.allocate(JAVA_FLOAT, (long) count * order); // (count, order)
            for (int i = 0; i < count; i++) {
                copy(vectors[i], v, (long) i * order);
            }
            MemorySegment image = call.allocate(JAVA_FLOAT, (long) count * step); // (count, rows)
            MemorySegment sum = call.allocate(JAVA_FLOAT, (long) count * order); // (count, order)
            for (int from = 0; from < weight.rows().count(); from += step) {
                int rows = Math.min(step, weight.rows().count() - from);
                MemorySegment panel = panel(from, rows);
                Operand y = Operand.of(image, rows);
                Operand wide = Operand.transposed(panel, order);
                Blas.multiply(new Shape(count, rows, order), 1, Operand.of(v, order), wide, 0, y);
                Blas.multiply(new Shape(count, order, rows), 1, y, Operand.of(panel, order), 1, Operand.of(sum, order));
            }
            return IntStream.range(0, count)
                    .mapToObj(i -> read(sum, (long) i * order))
                    .toArray(double[][]::new);
        }
    }

    private MemorySegment panel(int from, int rows) {
        int at = kept ? from / step : 0;
        boolean filled = kept && panels[at] != null;
        if (panels[at] == null) {
            panels[at] = arena.allocate(JAVA_FLOAT, (long) step * order);
        }
        if (!filled) {
            copy(weight.panel(from, rows), panels[at], 0);
        }
        return panels[at];
    }

    private static void copy(double[] from, MemorySegment to, long at) {
        for (int i = 0; i < from.length; i++) {
            to.setAtIndex(JAVA_FLOAT, at + i, (float) from[i]);
        }
    }

    private double[] read(MemorySegment from, long at) {
        double[] values = new double[order];
        Arrays.setAll(values, i -> from.getAtIndex(JAVA_FLOAT, at + i));
        return values;
    }
}
