package observatory.analysis.spectrum;

import java.util.Arrays;
import java.util.Optional;

/**
 * The bulk of a spectrum as that of noise: the Marchenko–Pastur density fitted to a smoothed histogram of eigenvalues
 * scaled to mean 1, as WeightWatcher 0.7.5 fits it (with its finite-size edge after Tracy and Widom).
 *
 * @param sigma scale of the fitted density
 * @param bulkMin lower edge, in the unit of the eigenvalues
 * @param bulkMax upper edge, in the unit of the eigenvalues
 * @param softRank upper edge relative to the largest eigenvalue
 * @param spikes eigenvalues beyond the edge and its fluctuation
 */
public record MarchenkoPastur(double sigma, double bulkMin, double bulkMax, double softRank, int spikes) {
    private static final int GRID = 1000;
    private static final double BANDWIDTH = 0.1;
    private static final double VISIBLE = 0.01;
    private static final double IMPOSSIBLE = 1000;
    /** The objective is jagged, so the best grid point's surroundings are searched densely, not by descent. */
    private static final int FINE = 400;

    /** Density of noise of aspect ratio q = N/M ≥ 1 at x; zero outside its support and where it has no value. */
    static double density(double x, double q, double sigma) {
        double low = edge(q, sigma, -1);
        double high = edge(q, sigma, 1);
        double density = Math.sqrt((high - x) * (x - low)) / (2 * Math.PI * sigma * sigma * x / q);
        return Double.isFinite(density) ? density : 0;
    }

    /** Lower ({@code side} −1) or upper (+1) edge of the bulk. */
    static double edge(double q, double sigma, int side) {
        double root = 1 + side / Math.sqrt(q);
        return sigma * sigma * root * root;
    }

    /**
     * @param ascending eigenvalues
     * @return empty where they are all zero
     */
    public static Optional<MarchenkoPastur> fit(double[] ascending, int n, int m) {
        double mean = Arrays.stream(ascending).average().orElse(0);
        if (!(mean > 0)) {
            return Optional.empty();
        }
        double q = n / (double) m;
        double[] scaled = Arrays.stream(ascending).map(value -> value / mean).toArray();
        double greatest = scaled[scaled.length - 1];
        Objective objective = Objective.over(scaled, q);
        double start = Math.sqrt(greatest) / (1 + 1 / Math.sqrt(q));
        double coarse = best(objective, 0.05 * start, 2 * start, 195);
        double sigma = best(objective, coarse - 0.01 * start, coarse + 0.01 * start, FINE);
        double high = edge(q, sigma, 1);
        double fluctuation = Math.sqrt(Math.pow(high, 2 / 3.0) * Math.pow(m, -2 / 3.0) / Math.sqrt(q));
        int spikes = (int) Arrays.stream(scaled)
                .filter(value -> value > high + fluctuation)
                .count();
        return Optional.of(new MarchenkoPastur(sigma, edge(q, sigma, -1) * mean, high * mean, high / greatest, spikes));
    }

    /** The candidate of the least objective, the first of equals. */
    private static double best(Objective objective, double low, double high, int steps) {
        double best = low;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i <= steps; i++) {
            double sigma = low + i * (high - low) / steps;
            double value = objective.at(sigma);
            if (value < least) {
                least = value;
                best = sigma;
            }
        }
        return best;
    }

    /** The squared distance of the density from the histogram, where the histogram is visible. */
    private record Objective(double[] x, double[] histogram, double peak, double q) {

        static Objective over(double[] scaled, double q) {
            // A square matrix is compared on the scale of its singular values, whose noise is a quarter circle.
            double[] values = q == 1 ? Arrays.stream(scaled).map(Math::sqrt).toArray() : scaled;
            double high = values[values.length - 1] + 0.5;
            double[] x = new double[GRID];
            double[] histogram = new double[GRID];
            int kept = 0;
            double peak = 0;
            double top = 0;
            for (int i = 0; i < GRID; i++) {
                double at = i * high / (GRID - 1);
                double smoothed = smoothed(values, at);
                if (smoothed > VISIBLE) {
                    if (smoothed > top) {
                        top = smoothed;
                        peak = at;
                    }
                    x[kept] = at;
                    histogram[kept++] = smoothed;
                }
            }
            return new Objective(Arrays.copyOf(x, kept), Arrays.copyOf(histogram, kept), peak, q);
        }

        /** Kernel density with a triangle of half-width 0.1. */
        private static double smoothed(double[] ascending, double at) {
            int from = Arrays.binarySearch(ascending, at - BANDWIDTH);
            double sum = 0;
            for (int i = from < 0 ? -from - 1 : from; i < ascending.length && ascending[i] < at + BANDWIDTH; i++) {
                sum += Math.max(0, 1 - Math.abs(at - ascending[i]) / BANDWIDTH);
            }
            return sum / (ascending.length * BANDWIDTH);
        }

        double at(double sigma) {
            double low = q == 1 ? 0 : edge(q, sigma, -1);
            double high = q == 1 ? Math.sqrt(edge(q, sigma, 1)) : edge(q, sigma, 1);
            if (x.length == 0 || high < peak || high > x[x.length - 1] || low > peak) {
                return IMPOSSIBLE * IMPOSSIBLE * Math.max(1, x.length);
            }
            double sum = 0;
            for (int i = 0; i < x.length; i++) {
                double difference = (q == 1 ? quarterCircle(x[i], sigma) : density(x[i], q, sigma)) - histogram[i];
                sum += difference * difference;
            }
            return sum;
        }

        /** Sigma moves only its height, not its support, as in the reference. */
        private static double quarterCircle(double x, double sigma) {
            return x < 2 ? Math.sqrt(4 - x * x) / (Math.PI * sigma * sigma) : 0;
        }
    }
}
