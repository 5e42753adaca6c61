package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import observatory.probe.Scalars;
import observatory.probe.Schedule;
import observatory.probe.Sites;
import observatory.probe.StepFacts;
import observatory.probe.builtin.GradientNoise;
import org.junit.jupiter.api.Test;

/**
 * On a quadratic loss ½ (w - x)ᵀ H (w - x) over data x ~ N(0, C), both diagonal, whose gradients H (w - x) are Gaussian
 * with mean G = H w and covariance Σ = H C H: the noise scale tr Σ / |G|² is Σ hᵢ²cᵢ / Σ hᵢ²wᵢ². Micro-batches of 4, 4,
 * 4, 3 and 1 are told as a trainer tells them.
 */
class NoiseEstimateTest {
    private static final int[] PASSES = {4, 4, 4, 3, 1};
    private static final int BIG = 16;
    private static final double[] CURVATURES = new double[24];
    private static final double[] VARIANCES = new double[24];
    private static final double TRACE;

    static {
        double trace = 0;
        for (int i = 0; i < CURVATURES.length; i++) {
            CURVATURES[i] = 1 / (1 + 0.2 * i);
            VARIANCES[i] = 1 + 0.1 * i;
            trace += CURVATURES[i] * CURVATURES[i] * VARIANCES[i];
        }
        TRACE = trace;
    }

    @Test
    void theIntervalHoldsTheTrueScaleAboutNineteenTimesOfTwenty() {
        SplittableRandom random = new SplittableRandom(20);
        int rounds = 800;
        int inside = 0;
        double sum = 0;
        for (int round = 0; round < rounds; round++) {
            NoiseEstimate.Scale scale = run(random, 40, 256).scale().orElseThrow();
            assertTrue(scale.low() <= scale.value() && scale.value() <= scale.high());
            inside += scale.low() <= 40 && 40 <= scale.high() ? 1 : 0;
            sum += scale.value();
        }
        // 95 % of 800 is 760, with a standard deviation of 6: four of them either way.
        assertEquals(760, inside, 24);
        assertEquals(40, sum / rounds, 1, "the ratio of means");
    }

    @Test
    void whereTheGradientDrownsInItsNoiseItIsUndetermined() {
        SplittableRandom random = new SplittableRandom(21);
        assertEquals(Optional.empty(), run(random, 100_000, 256).scale(), "|G|² is a thousandth of its own deviation");
        assertEquals(Optional.empty(), run(random, 40, 100).scale(), "too few blocks");
        assertEquals(
                Optional.empty(), NoiseEstimate.start().learn(Double.NaN, 1).scale());
        assertEquals(NoiseEstimate.start(), NoiseEstimate.start().learn(1, Double.POSITIVE_INFINITY));
    }

    /** Steps that stand at one w, at which the noise scale is as given. */
    private static NoiseEstimate run(SplittableRandom random, double scale, int steps) {
        double weight = Math.sqrt(TRACE / scale / CURVATURES.length);
        NoiseEstimate estimate = NoiseEstimate.start();
        for (int step = 0; step < steps; step++) {
            double[] mean = new double[CURVATURES.length];
            double weighted = 0;
            for (int sequences : PASSES) {
                double square = 0;
                for (int i = 0; i < mean.length; i++) {
                    double noise = Math.sqrt(VARIANCES[i] / sequences) * random.nextGaussian();
                    // G is the same in all directions, so that w = G / H.
                    double g = weight - CURVATURES[i] * noise;
                    mean[i] += g * sequences / BIG;
                    square += g * g;
                }
                weighted += sequences * square;
            }
            Map<String, Double> halves = new HashMap<>();
            new GradientNoise(Schedule.everyStep()).read(facts(mean, weighted), Sites.none(), halves::put);
            estimate = estimate.learn(halves.get("gradient_noise_square"), halves.get("gradient_noise_trace"));
        }
        return estimate;
    }

    private static StepFacts facts(double[] mean, double weighted) {
        double square = 0;
        for (double g : mean) {
            square += g * g;
        }
        return new StepFacts(
                new Scalars.Builder()
                        .put(Scalars.GRADIENT_NORM, Math.sqrt(square))
                        .put(Scalars.BATCH_SEQUENCES, BIG)
                        .put(Scalars.MICRO_BATCH_SEQUENCES, (double) BIG / PASSES.length)
                        .put(Scalars.MICRO_GRADIENT_SQUARE, weighted / BIG)
                        .build(),
                Optional.empty());
    }
}
