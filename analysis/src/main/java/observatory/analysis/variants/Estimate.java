package observatory.analysis.variants;

import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;

/**
 * A mean over seeds and the interval that holds the true one with 95 % confidence, by Student's t.
 *
 * @param spread standard deviation between seeds
 * @param low NaN for one seed, as {@code spread} and {@code high}
 */
public record Estimate(double mean, double spread, double low, double high) {
    private static final double UPPER = 0.975;

    public static Estimate of(double... values) {
        double mean = StatUtils.mean(values);
        if (values.length < 2) {
            return new Estimate(mean, Double.NaN, Double.NaN, Double.NaN);
        }
        double spread = Math.sqrt(StatUtils.variance(values));
        double half = new TDistribution(null, values.length - 1).inverseCumulativeProbability(UPPER)
                * spread
                / Math.sqrt(values.length);
        return new Estimate(mean, spread, mean - half, mean + half);
    }

    /** Of something that is never below 0, and so neither is its interval. */
    Estimate fromZero() {
        return new Estimate(mean, spread, Math.max(0, low), high); // NaN stays NaN
    }
}
