package observatory.analysis.detector;

import java.util.Arrays;

/**
 * The last values of a series, oldest first, up to a capacity. Immutable; only finite values belong into it.
 *
 * @param capacity how many it holds when full
 */
public record Window(int capacity, double[] values) {

    public static Window of(int capacity) {
        return new Window(capacity, new double[0]);
    }

    /** This window with one value more, without its oldest where it is full. */
    public Window with(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("a baseline holds finite values only: " + value);
        }
        int from = values.length == capacity ? 1 : 0;
        double[] next = Arrays.copyOfRange(values, from, values.length + 1);
        next[next.length - 1] = value;
        return new Window(capacity, next);
    }

    public int size() {
        return values.length;
    }

    /**
     * Median of the newest {@code count} values, or of all where there are fewer; the mean of the middle two if even.
     */
    public double recentMedian(int count) {
        return Median.of(Arrays.copyOfRange(values, Math.max(0, values.length - count), values.length));
    }

    /**
     * Standard deviation of the noise around the trend, from the median of the absolute differences of neighbours: a
     * slope shifts all differences alike and so does not enter, and up to half of them may be wild. For Gaussian noise
     * a difference has √2 times its deviation, and 1.4826 makes a median absolute deviation a standard one.
     */
    public double noise() {
        if (values.length < 3) {
            return 0;
        }
        double[] steps = new double[values.length - 1];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = values[i + 1] - values[i];
        }
        double drift = Median.of(steps.clone());
        for (int i = 0; i < steps.length; i++) {
            steps[i] = Math.abs(steps[i] - drift);
        }
        return 1.4826 * Median.of(steps) / Math.sqrt(2);
    }

    /** The smallest difference of two neighbours that differ; 0 where none do. */
    public double resolution() {
        double smallest = Double.POSITIVE_INFINITY;
        for (int i = 1; i < values.length; i++) {
            double difference = Math.abs(values[i] - values[i - 1]);
            smallest = difference > 0 ? Math.min(smallest, difference) : smallest;
        }
        return smallest == Double.POSITIVE_INFINITY ? 0 : smallest;
    }

    /** The largest value; negative infinity where there is none. */
    public double largest() {
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            largest = Math.max(largest, value);
        }
        return largest;
    }

    /** The smallest value; positive infinity where there is none. */
    public double smallest() {
        double smallest = Double.POSITIVE_INFINITY;
        for (double value : values) {
            smallest = Math.min(smallest, value);
        }
        return smallest;
    }

    /** The value that three quarters of them exceed; NaN where there is none. */
    public double quartile() {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 4];
    }

    public double sum() {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    /**
     * Standard deviation of the newest {@code count} values from their median absolute deviation; 0 below 16 of them.
     */
    public double spread(int count) {
        if (values.length < 16) {
            return 0;
        }
        double[] newest = Arrays.copyOfRange(values, Math.max(0, values.length - count), values.length);
        double centre = Median.of(newest);
        for (int i = 0; i < newest.length; i++) {
            newest[i] = Math.abs(newest[i] - centre);
        }
        return 1.4826 * Median.of(newest);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Window that && capacity == that.capacity && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * capacity + Arrays.hashCode(values);
    }
}
