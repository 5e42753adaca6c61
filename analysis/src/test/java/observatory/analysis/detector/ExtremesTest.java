package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class ExtremesTest {
    private static final long SEED = 5;
    private static final int VALUES = 4000;

    private static Extremes of(double[] values) {
        Extremes extremes = Extremes.none();
        for (double value : values) {
            extremes = extremes.with(value);
        }
        return extremes;
    }

    /** Geometric mean over runs of what is said to come once in so many values. */
    private static double onceIn(double values, ToDoubleFunction<Random> noise) {
        double sum = 0;
        for (int run = 0; run < 20; run++) {
            Random random = new Random(SEED + run);
            double[] drawn = new double[VALUES];
            Arrays.setAll(drawn, i -> noise.applyAsDouble(random));
            sum += Math.log(of(drawn).onceIn(values));
        }
        return Math.exp(sum / 20);
    }

    /** Where a distribution function leaves 1/values above, by bisection. */
    private static double quantile(DoubleUnaryOperator above, double values) {
        double low = 0;
        double high = 1000;
        for (int i = 0; i < 200; i++) {
            double middle = (low + high) / 2;
            if (above.applyAsDouble(middle) > 1 / values) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Student's t with four degrees of freedom has its distribution in closed form. */
    private static double aboveT4(double t) {
        double u = t / Math.sqrt(4 + t * t);
        return 0.5 - u * (3 - u * u) / 4;
    }

    private static double t4(Random random) {
        double chi = 0;
        for (int i = 0; i < 4; i++) {
            double one = random.nextGaussian();
            chi += one * one;
        }
        return random.nextGaussian() / Math.sqrt(chi / 4);
    }

    @Test
    void aPowerLawTailIsContinuedAsWhatItIs() {
        assertEquals(quantile(ExtremesTest::aboveT4, 500), onceIn(500, ExtremesTest::t4), 0.15 * 6, "seed " + SEED);
        double rare = quantile(ExtremesTest::aboveT4, 20_000);
        assertEquals(1, onceIn(20_000, ExtremesTest::t4) / rare, 0.3, "seed " + SEED);
        assertEquals(1, onceIn(20_000, r -> 1 / r.nextDouble() - 1) / 20_000, 0.7, "1/x: as far as values go");
    }

    @Test
    void aGaussianTailIsContinuedTooFarAndNoFurtherThanSevenDeviations() {
        assertEquals(2.88, onceIn(500, Random::nextGaussian), 0.25, "seed " + SEED);
        double rare = onceIn(20_000, Random::nextGaussian);
        assertTrue(rare > 3.9 && rare < 7, "the Gaussian quantile is 3.9; said " + rare);
    }

    @Test
    void itKeepsTheLargestOfAllItHasSeen() {
        Random random = new Random(SEED);
        double[] values = random.doubles(2500, -1, 9).toArray();
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double[] top = of(values).top();
        assertArrayEquals(Arrays.copyOfRange(sorted, sorted.length - top.length, sorted.length), top);
    }

    @Test
    void oldValuesAreForgotten() {
        Random random = new Random(SEED);
        double[] stormThenCalm = new double[60_000];
        Arrays.setAll(stormThenCalm, i -> random.nextGaussian() * (i < 2000 ? 20 : 1));
        assertTrue(of(stormThenCalm).onceIn(20_000) < 8, "" + of(stormThenCalm).onceIn(20_000));
    }

    @Test
    void ofFewValuesNothingIsSaid() {
        assertEquals(0, of(new double[] {1, 2, 3, 900}).onceIn(500));
    }
}
