package observatory.ui.chart;

import java.util.Arrays;
import observatory.ui.data.Extent;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/**
 * One segment of a series as a chart of some width needs it: an entry for each row where there are few, one for each
 * pixel column where there are many. An entry has the extent of its rows, so no value is lost to the eye.
 */
final class Columns {
    private static final int GAP_STRIDES = 20;

    private double[] x = new double[64]; // in pixels
    private float[] min = new float[64];
    private float[] max = new float[64];
    private float[] last = new float[64];
    private byte[] what = new byte[64];
    private int size;
    private boolean dense;

    private static final byte FINITE = 1;
    private static final byte NAN = 2;
    private static final byte UP = 4;
    private static final byte DOWN = 8;
    private static final byte AFTER_GAP = 16;

    /** The entries of a segment for steps in view on {@code width} pixels. */
    static Columns of(StepIndex index, StepIndex.Segment segment, Series series, Span steps, int width) {
        Columns columns = new Columns();
        int first = Math.max(segment.from(), index.rowAtOrAfter(segment, steps.low()) - 1);
        int end = Math.min(segment.to(), index.rowAtOrAfter(segment, Math.nextUp(steps.high())) + 1);
        end = Math.min(end, series.size());
        columns.dense = end - first > 2 * width;
        Extent extent = new Extent();
        double gap = (double) index.stride() * GAP_STRIDES;
        double before = Double.NaN;
        int rows = 1;
        for (int row = first; row < end; ) {
            int next = row + 1;
            double at = steps.share(index.step(row)) * (width - 1);
            if (columns.dense) {
                double edge = steps.at((Math.floor(at + 0.5) + 0.5) / (width - 1));
                next = index.rowAtOrAfter(row + rows, row + 1, end, edge);
                rows = next - row; // the next column most likely has as many
                at = Math.floor(at + 0.5);
            }
            series.summarise(row, next, extent.clear());
            boolean afterGap = index.step(row) - before > gap;
            if (!extent.empty()) {
                columns.add(at + 0.5, extent, afterGap);
                before = index.step(next - 1);
            }
            row = next;
        }
        return columns;
    }

    private void add(double at, Extent extent, boolean afterGap) {
        if (size == x.length) {
            x = Arrays.copyOf(x, 2 * size);
            min = Arrays.copyOf(min, 2 * size);
            max = Arrays.copyOf(max, 2 * size);
            last = Arrays.copyOf(last, 2 * size);
            what = Arrays.copyOf(what, 2 * size);
        }
        x[size] = at;
        min[size] = extent.min();
        max[size] = extent.max();
        last[size] = extent.last();
        what[size++] = (byte) ((extent.hasFinite() ? FINITE : 0)
                | (extent.hasNaN() ? NAN : 0)
                | (extent.hasPlusInfinity() ? UP : 0)
                | (extent.hasMinusInfinity() ? DOWN : 0)
                | (afterGap ? AFTER_GAP : 0));
    }

    /** Whether entries are pixel columns of several rows rather than single rows. */
    boolean dense() {
        return dense;
    }

    int size() {
        return size;
    }

    double x(int i) {
        return x[i];
    }

    float min(int i) {
        return min[i];
    }

    float max(int i) {
        return max[i];
    }

    float last(int i) {
        return last[i];
    }

    boolean finite(int i) {
        return (what[i] & FINITE) != 0;
    }

    boolean nan(int i) {
        return (what[i] & NAN) != 0;
    }

    boolean plusInfinity(int i) {
        return (what[i] & UP) != 0;
    }

    boolean minusInfinity(int i) {
        return (what[i] & DOWN) != 0;
    }

    /** Whether so many steps are missing before this entry that no line may lead to it. */
    boolean afterGap(int i) {
        return (what[i] & AFTER_GAP) != 0;
    }
}
