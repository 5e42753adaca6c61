package observatory.analysis.spectrum;

import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;

/**
 * A power law over whole numbers, p(x) = x^−α/ζ(α, xmin), as of word or document frequencies: by maximum likelihood
 * with the xmin of the least Kolmogorov–Smirnov distance (Clauset, Shalizi and Newman 2009, arXiv 0706.1062, eq. 3.5).
 */
public final class DiscretePowerLaw {
    private static final double LEAST_ALPHA = 1.01;
    private static final double GREATEST_ALPHA = 20;

    private DiscretePowerLaw() {}

    /**
     * @param ascending whole numbers from 1 on
     * @return empty where fewer than two different values are given
     */
    public static Optional<PowerLaw> fit(long[] ascending) {
        long[] values = Arrays.stream(ascending).distinct().toArray();
        int[] from = new int[values.length]; // where each value begins among all of them
        for (int i = 1; i < values.length; i++) {
            int at = from[i - 1];
            while (ascending[at] < values[i]) {
                at++;
            }
            from[i] = at;
        }
        double[] logs = new double[ascending.length + 1]; // Σ ln x from each place on
        for (int i = ascending.length - 1; i >= 0; i--) {
            logs[i] = logs[i + 1] + Math.log(ascending[i]);
        }
        PowerLaw best = null;
        for (int i = 0; i < values.length - 1; i++) {
            int n = ascending.length - from[i];
            double alpha = alpha(values[i], n, logs[from[i]]);
            double bound = best == null ? Double.POSITIVE_INFINITY : best.distance();
            double distance = distance(values, from, i, ascending.length, alpha, bound);
            if (distance < bound) {
                best = new PowerLaw(
                        alpha, values[i], values[values.length - 1], distance, (alpha - 1) / Math.sqrt(n), n);
            }
        }
        return Optional.ofNullable(best);
    }

    private static double alpha(long xmin, int n, double logs) {
        return new BrentOptimizer(1e-9, 1e-9)
                .optimize(
                        new UnivariateObjectiveFunction(a -> -n * Math.log(Zeta.of(a, xmin)) - a * logs),
                        GoalType.MAXIMIZE,
                        new SearchInterval(LEAST_ALPHA, GREATEST_ALPHA, 2),
                        new MaxEval(200))
                .getPoint();
    }

    private static double distance(long[] values, int[] from, int i, int count, double alpha, double bound) {
        double whole = Zeta.of(alpha, values[i]);
        double greatest = 0;
        for (int j = i; j < values.length && greatest < bound; j++) {
            double fitted = 1 - Zeta.of(alpha, values[j] + 1) / whole;
            int upTo = j + 1 < values.length ? from[j + 1] : count;
            greatest = Math.max(greatest, Math.abs(fitted - (upTo - from[i]) / (double) (count - from[i])));
        }
        return greatest;
    }
}
