package observatory.analysis.rules;

import java.util.Arrays;

/**
 * The last values of a series, non-finite ones included, with the plain mean and deviation that published rules use.
 */
final class Running {
    private final double[] values;
    private int count;
    private int next;

    Running(int capacity) {
        this.values = new double[capacity];
    }

    void add(double value) {
        values[next] = value;
        next = (next + 1) % values.length;
        count = Math.min(count + 1, values.length);
    }

    int count() {
        return count;
    }

    boolean full() {
        return count == values.length;
    }

    double mean() {
        return Arrays.stream(values, 0, count).average().orElse(Double.NaN);
    }

    double median() {
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return count == 0 ? Double.NaN : (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    }

    double scaledMad() {
        double median = median();
        double[] away = Arrays.stream(values, 0, count)
                .map(x -> Math.abs(x - median))
                .sorted()
                .toArray();
        return count == 0 ? 0 : 1.4826 * (away[(count - 1) / 2] + away[count / 2]) / 2;
    }

    /** @param freedom 0 for the population's deviation, 1 for a sample's */
    double deviation(int freedom) {
        double mean = mean();
        double squares = Arrays.stream(values, 0, count)
                .map(x -> (x - mean) * (x - mean))
                .sum();
        return Math.sqrt(squares / (count - freedom));
    }
}
