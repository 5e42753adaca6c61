package observatory.analysis.detector;

import java.util.Arrays;
import java.util.Optional;
import observatory.probe.Scalars;

/**
 * The gradient noise scale B = tr Σ/|G|² from its two halves as single steps have them, over the last 256 steps. Their
 * ratio in one step is worthless, and a mean of ratios is biased, so the halves are averaged in blocks of 16 steps,
 * which also takes out most of their correlation in time, and the ratio of the means gets Fieller's interval from the
 * blocks. Where the interval of |G|² reaches zero the scale is undetermined, and nothing is said of it.
 *
 * @param squares means of |G|² by block, a ring; {@code traces} of tr Σ
 * @param blocks finished so far
 */
public record NoiseEstimate(
        double[] squares, double[] traces, long blocks, double squareSum, double traceSum, int inBlock) {
    static final String SQUARE = "gradient_noise_square";
    static final String TRACE = "gradient_noise_trace";

    private static final int BLOCK = 16;
    private static final int RING = 16;
    /** Fewer blocks than this know nothing of their own spread. */
    private static final int FEWEST = 8;

    /** Nothing is told of fewer steps. */
    public static final int FEWEST_STEPS = FEWEST * BLOCK;

    /** Student's t for 95 % in two tails, at {@value #FEWEST} blocks and more. */
    private static final double[] T = {2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131};

    /** The scale in sequences, and the interval it lies in with 95 %. */
    public record Scale(double value, double low, double high) {}

    public static NoiseEstimate start() {
        return new NoiseEstimate(new double[RING], new double[RING], 0, 0, 0, 0);
    }

    /** Takes in what a step measured; this estimate itself where it did not measure both halves. */
    public NoiseEstimate learn(Scalars scalars) {
        return learn(
                scalars.find(SQUARE).orElse(Double.NaN), scalars.find(TRACE).orElse(Double.NaN));
    }

    /** Takes in one step; what is not finite is left out. */
    public NoiseEstimate learn(double square, double trace) {
        if (!Double.isFinite(square) || !Double.isFinite(trace)) {
            return this;
        }
        double squareNow = squareSum + square;
        double traceNow = traceSum + trace;
        if (inBlock + 1 < BLOCK) {
            return new NoiseEstimate(squares, traces, blocks, squareNow, traceNow, inBlock + 1);
        }
        double[] squaresNext = squares.clone();
        double[] tracesNext = traces.clone();
        int at = (int) (blocks % RING);
        squaresNext[at] = squareNow / BLOCK;
        tracesNext[at] = traceNow / BLOCK;
        return new NoiseEstimate(squaresNext, tracesNext, blocks + 1, 0, 0, 0);
    }

    /** Empty while it is undetermined. */
    public Optional<Scale> scale() {
        int n = (int) Math.min(blocks, RING);
        if (n < FEWEST) {
            return Optional.empty();
        }
        double x = mean(squares, n);
        double y = mean(traces, n);
        double t = T[n - FEWEST];
        double xx = t * t * covariance(squares, squares, n) / n;
        double xy = t * t * covariance(squares, traces, n) / n;
        double yy = t * t * covariance(traces, traces, n) / n;
        // Fieller: the scales θ for which y - θx is not further from zero than t of its standard errors.
        double a = x * x - xx;
        double b = x * y - xy;
        double inside = b * b - a * (y * y - yy);
        if (x <= 0 || y <= 0 || a <= 0 || inside < 0) {
            return Optional.empty();
        }
        double root = Math.sqrt(inside);
        return Optional.of(new Scale(y / x, Math.max(0, (b - root) / a), (b + root) / a));
    }

    private static double mean(double[] values, int n) {
        return Arrays.stream(values, 0, n).sum() / n;
    }

    private static double covariance(double[] a, double[] b, int n) {
        double meanA = mean(a, n);
        double meanB = mean(b, n);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (a[i] - meanA) * (b[i] - meanB);
        }
        return sum / (n - 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoiseEstimate that
                && Arrays.equals(squares, that.squares)
                && Arrays.equals(traces, that.traces)
                && blocks == that.blocks
                && squareSum == that.squareSum
                && traceSum == that.traceSum
                && inBlock == that.inBlock;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(squares) + 31 * Arrays.hashCode(traces) + Long.hashCode(blocks);
    }
}
