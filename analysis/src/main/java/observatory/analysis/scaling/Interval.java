package observatory.analysis.scaling;

import java.util.Arrays;

/** A range that holds a value with 95 % confidence; NaN where there is none. */
public record Interval(double low, double high) {
    /** The middle 95 % of samples, in any order. */
    public static Interval of(double[] samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        int last = sorted.length - 1;
        return last < 0
                ? new Interval(Double.NaN, Double.NaN)
                : new Interval(sorted[(int) (0.025 * last)], sorted[(int) Math.ceil(0.975 * last)]);
    }
}
