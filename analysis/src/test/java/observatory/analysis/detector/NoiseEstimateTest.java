package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** On Gaussian gradients, whose true noise scale is known. */
class NoiseEstimateTest {
    private static final int DIMENSIONS = 40;
    private static final int SMALL = 2;
    private static final int BIG = 16;

    @Test
    void theIntervalHoldsTheTrueScaleNineteenTimesOfTwenty() {
        SplittableRandom random = new SplittableRandom(20);
        int rounds = 300;
        int inside = 0;
        double sum = 0;
        for (int round = 0; round < rounds; round++) {
            NoiseEstimate estimate = run(random, 0.5, 256);
            NoiseEstimate.Scale scale = estimate.scale().orElseThrow();
            assertTrue(scale.low() <= scale.value() && scale.value() <= scale.high());
            inside += scale.low() <= 80 && 80 <= scale.high() ? 1 : 0;
            sum += scale.value();
        }
        // 95 % of 300 is 285 with a standard deviation of 3.8; t is that of the fewest blocks, so it holds a few more.
        assertTrue(inside >= 270, "inside=" + inside + " of " + rounds);
        assertEquals(80, sum / rounds, 4, "the ratio of means");
    }

    @Test
    void whereTheGradientDrownsInItsNoiseItIsUndetermined() {
        SplittableRandom random = new SplittableRandom(21);
        assertEquals(Optional.empty(), run(random, 0.005, 256).scale(), "|G|² is a thousandth of its own deviation");
        assertEquals(Optional.empty(), run(random, 0.5, 100).scale(), "too few blocks");
        assertEquals(
                Optional.empty(), NoiseEstimate.start().learn(Double.NaN, 1).scale());
        assertEquals(NoiseEstimate.start(), NoiseEstimate.start().learn(1, Double.POSITIVE_INFINITY));
    }

    /** Steps of gradients with |G|² as given and tr Σ = 40: a scale of 80 sequences at |G|² = ½. */
    private static NoiseEstimate run(SplittableRandom random, double square, int steps) {
        NoiseEstimate estimate = NoiseEstimate.start();
        for (int step = 0; step < steps; step++) {
            double[] mean = new double[DIMENSIONS];
            double smallSquares = 0;
            for (int part = 0; part < BIG / SMALL; part++) {
                double norm = 0;
                for (int i = 0; i < DIMENSIONS; i++) {
                    double g = Math.sqrt(square / DIMENSIONS) + random.nextGaussian() / Math.sqrt(SMALL);
                    mean[i] += g * SMALL / BIG;
                    norm += g * g;
                }
                smallSquares += norm * SMALL / BIG;
            }
            double bigSquare = java.util.Arrays.stream(mean).map(x -> x * x).sum();
            estimate = estimate.learn(
                    (BIG * bigSquare - SMALL * smallSquares) / (BIG - SMALL),
                    (smallSquares - bigSquare) / (1.0 / SMALL - 1.0 / BIG));
        }
        return estimate;
    }
}
