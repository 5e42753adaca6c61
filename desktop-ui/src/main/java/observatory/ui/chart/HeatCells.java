package observatory.ui.chart;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import observatory.ui.data.Extent;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/**
 * A heat map as a grid of cells: each holds the greatest, least or last value of its steps, because a mean would hide
 * the one step that one came to see, and knows whether there was a NaN, an infinity, or nothing.
 */
public final class HeatCells {
    private static final double MAD_TO_DEVIATION = 1.4826;
    private static final double WIDE = 30; // from least to greatest: beyond it, shades follow the logarithm

    private static final byte NOTHING = 0;
    private static final byte FINITE = 1;
    private static final byte NAN = 2;
    private static final byte INFINITE = 4;

    private final int rows;
    private final int columns;
    private final Pool pool;
    private final float[] values;
    private final byte[] what;
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;
    private boolean logarithmic;

    private HeatCells(int rows, int columns, Pool pool) {
        this.rows = rows;
        this.pool = pool;
        this.columns = columns;
        this.values = new float[rows * columns];
        this.what = new byte[rows * columns];
    }

    public static HeatCells of(HeatMap map, Span steps, int columns) {
        HeatCells cells = new HeatCells(map.rows().size(), columns, map.pool());
        int[][] stretches = stretches(map.index(), steps, columns);
        Extent extent = new Extent();
        for (int row = 0; row < cells.rows; row++) {
            List<Series> sites = map.rows().get(row).series();
            for (int column = 0; column < columns; column++) {
                if (stretches[column] != null) {
                    extent.clear();
                    for (Series site : sites) {
                        site.summarise(stretches[column][0], stretches[column][1], extent);
                    }
                    cells.set(row, column, extent);
                }
            }
            cells.hold(row);
        }
        if (map.relative()) {
            cells.relate();
        }
        cells.range(map.relative());
        return cells;
    }

    /** For each column the rows of the series that belong to it; what is measured rarely stays until it is anew. */
    private static int[][] stretches(StepIndex index, Span steps, int columns) {
        int[][] stretches = new int[columns][];
        for (StepIndex.Segment segment : index.segments()) {
            for (int column = 0; column < columns; column++) {
                double from = steps.at((double) column / columns);
                double to = steps.at((column + 1.0) / columns);
                int first = index.rowAtOrAfter(segment, from);
                int end = index.rowAtOrAfter(segment, column + 1 == columns ? Math.nextUp(to) : to);
                if (first < end) {
                    stretches[column] = new int[] {first, end};
                } else if (first > segment.from() && from - index.step(first - 1) <= 2 * index.stride()) {
                    stretches[column] = new int[] {first - 1, first};
                }
            }
        }
        return stretches;
    }

    private void set(int row, int column, Extent extent) {
        int at = row * columns + column;
        values[at] = pool.of(extent);
        what[at] = (byte) ((extent.hasFinite() ? FINITE : NOTHING)
                | (extent.hasNaN() ? NAN : NOTHING)
                | (extent.hasPlusInfinity() || extent.hasMinusInfinity() ? INFINITE : NOTHING));
    }

    /** What one site has more rarely than others stays until it is measured anew, but not over a real gap. */
    private void hold(int row) {
        int last = -1;
        int least = columns;
        for (int column = 0; column < columns; column++) {
            if (what[row * columns + column] != NOTHING) {
                least = last < 0 ? least : Math.min(least, column - last);
                last = column;
            }
        }
        last = -1;
        for (int column = 0; column < columns; column++) {
            int at = row * columns + column;
            if (what[at] != NOTHING) {
                last = column;
            } else if (last >= 0 && column - last < 2 * least && least < columns) {
                values[at] = values[row * columns + last];
                what[at] = what[row * columns + last];
            }
        }
    }

    /** Robust z of each cell within its row: distance from the median in deviations. */
    private void relate() {
        for (int row = 0; row < rows; row++) {
            double median = median(row, value -> value);
            double deviation = MAD_TO_DEVIATION * median(row, value -> Math.abs(value - median));
            for (int at = row * columns; at < (row + 1) * columns; at++) {
                values[at] = deviation > 0 ? (float) ((values[at] - median) / deviation) : 0;
            }
        }
    }

    private double median(int row, DoubleUnaryOperator of) {
        float[] all = new float[columns];
        int count = 0;
        for (int at = row * columns; at < (row + 1) * columns; at++) {
            if ((what[at] & FINITE) != 0) {
                all[count++] = (float) of.applyAsDouble(values[at]);
            }
        }
        Arrays.sort(all, 0, count);
        return count == 0 ? 0 : all[count / 2];
    }

    private void range(boolean relative) {
        double leastPositive = Double.POSITIVE_INFINITY;
        for (int at = 0; at < values.length; at++) {
            if ((what[at] & FINITE) != 0) {
                low = Math.min(low, values[at]);
                high = Math.max(high, values[at]);
                leastPositive = values[at] > 0 ? Math.min(leastPositive, values[at]) : leastPositive;
            }
        }
        if (relative) {
            // What lies within three deviations is no news.
            boolean down = pool == Pool.LEAST;
            double far = Math.clamp(down ? -low : high, 6, 30);
            low = down ? -far : -3;
            high = down ? 3 : far;
        } else if (low >= 0 && leastPositive < high && high / leastPositive > WIDE) {
            logarithmic = true;
            low = leastPositive;
        }
    }

    Pool pool() {
        return pool;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    boolean finite(int row, int column) {
        return (what[row * columns + column] & FINITE) != 0;
    }

    boolean nan(int row, int column) {
        return (what[row * columns + column] & NAN) != 0;
    }

    boolean infinite(int row, int column) {
        return (what[row * columns + column] & INFINITE) != 0;
    }

    public float value(int row, int column) {
        return values[row * columns + column];
    }

    /** The values of the darkest and the brightest shade; low is above high where nothing was measured. */
    public double low() {
        return low;
    }

    public double high() {
        return high;
    }

    public boolean logarithmic() {
        return logarithmic;
    }

    /** The shade of a finite value, from 0 to 1. */
    public double share(double value) {
        if (!(high > low)) {
            return 0.5;
        }
        return logarithmic ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
    }
}
