package observatory.analysis.spectrum;

import java.util.Arrays;

/**
 * The eigenvalues λ = σ² of a layer, ascending and pooled over its kernel positions, with what can be read off them
 * alone. Columns are named and defined as in WeightWatcher 0.7.5.
 *
 * @param rankLoss singular values that are zero to rounding; −1 where the method cannot tell
 * @param smallest the smallest singular value that any kernel position reaches; NaN where the method cannot tell
 */
public record Spectrum(double[] values, Method method, int rankLoss, double smallest) {
    /** Rounding of double precision, as numpy.finfo has it. */
    private static final double EPSILON = Math.ulp(1.0);
    /** Eigenvalues below this count as lost for {@link #weakRankLoss}. */
    private static final double WEAK = 1e-6;

    /** How the eigenvalues were found. */
    public enum Method {
        EXACT,
        /** Quantiles of a density by stochastic Lanczos quadrature; the largest eigenvalues are exact. */
        LANCZOS
    }

    public double largest() {
        return values[values.length - 1];
    }

    /** Σλ, the squared Frobenius norm. */
    public double norm() {
        return Arrays.stream(values).sum();
    }

    public double stableRank() {
        return norm() / largest();
    }

    /** Σλ^α on a decimal logarithmic scale. */
    public double logAlphaNorm(double alpha) {
        return Math.log10(
                Arrays.stream(values).map(value -> Math.pow(value, alpha)).sum());
    }

    public int weakRankLoss() {
        return (int) Arrays.stream(values).filter(value -> value < WEAK).count();
    }

    /** Singular values above rounding, for a matrix of {@code n} rows. */
    public int matrixRank(int n) {
        double floor = Math.sqrt(largest()) * n * EPSILON;
        return (int)
                Arrays.stream(values).filter(value -> Math.sqrt(value) > floor).count();
    }

    /** Entropy of λ/Σλ relative to that of as many equal values as the rank. */
    public double entropy(int n) {
        double norm = norm();
        double sum = 0;
        for (double value : values) {
            double p = value / norm + 1e-10;
            sum -= p * Math.log(p);
        }
        return sum / Math.log(matrixRank(n) + 1e-10);
    }

    static int rankLoss(double[] ascending, int n) {
        double floor = Math.sqrt(ascending[ascending.length - 1]) * n * EPSILON;
        return (int) Arrays.stream(ascending)
                .filter(value -> !(Math.sqrt(value) > floor))
                .count();
    }
}
