package observatory.analysis.spectrum;

import java.util.Arrays;
import java.util.Optional;

/**
 * A power law p(x) ∝ x^−α above xmin, fitted by maximum likelihood with the xmin of the least Kolmogorov–Smirnov
 * distance (Clauset, Shalizi and Newman 2009, arXiv 0706.1062, as WeightWatcher 0.7.5 has it).
 *
 * @param sigma standard error of alpha
 * @param tail how many values reach xmin
 */
public record PowerLaw(double alpha, double xmin, double xmax, double distance, double sigma, int tail) {

    /** Where the fitted law ends: nowhere, or at the largest value, as WeightWatcher before 0.7 had it. */
    public enum Upper {
        OPEN,
        LARGEST
    }

    /**
     * @param ascending values; those not above the floor are left out
     * @return empty where fewer than two values are left, or all of them are equal
     */
    public static Optional<PowerLaw> fit(double[] ascending, double floor, Upper upper) {
        int from = 0;
        while (from < ascending.length && ascending[from] <= floor) {
            from++;
        }
        double[] x = Arrays.copyOfRange(ascending, from, ascending.length);
        double[] logs = Arrays.stream(x).map(Math::log).toArray();
        PowerLaw best = null;
        double sum = 0;
        double[] sums = new double[x.length];
        for (int i = x.length - 1; i >= 0; i--) {
            sum += logs[i];
            sums[i] = sum;
        }
        for (int i = 0; i < x.length - 1; i++) {
            if (i > 0 && x[i] == x[i - 1]) {
                continue; // a tail holds all values that equal its least
            }
            int n = x.length - i;
            double alpha = 1 + n / (sums[i] - n * logs[i]);
            double bound = best == null ? Double.POSITIVE_INFINITY : best.distance;
            double distance = distance(logs, i, alpha, upper, bound);
            if (distance < bound) {
                best = new PowerLaw(alpha, x[i], x[x.length - 1], distance, (alpha - 1) / Math.sqrt(n), n);
            }
        }
        return Optional.ofNullable(best).filter(fit -> Double.isFinite(fit.alpha));
    }

    /**
     * Greatest distance of the two distribution functions from x_i on; gives up, above the bound, once it reaches it.
     */
    private static double distance(double[] logs, int i, double alpha, Upper upper, double bound) {
        int n = logs.length - i;
        if (!Double.isFinite(alpha) || alpha <= 1) {
            return alpha <= 1 ? 1 : (n - 1.0) / n;
        }
        double mass = upper == Upper.OPEN ? 1 : -Math.expm1((1 - alpha) * (logs[logs.length - 1] - logs[i]));
        double greatest = 0;
        for (int j = i; j < logs.length; j++) {
            double fitted = (1 - Math.exp((1 - alpha) * (logs[j] - logs[i]))) / mass;
            greatest = Math.max(greatest, Math.abs(fitted - (j - i) / (double) n));
            if (greatest >= bound) {
                return greatest;
            }
        }
        return greatest;
    }
}
