package observatory.analysis.variants;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Against SciPy 1.17.1 and closed forms. */
class StatisticsTest {
    private static final double[] VARIANT = {0.31, 0.28, 0.35, 0.30, 0.27};
    private static final double[] BASELINE = {0.41, 0.36, 0.40, 0.43, 0.39};

    @Test
    void sensitivityIsTheMeanOfWhatEachRateLosesAgainstTheBest() {
        assertEquals((0.5 + 0 + 1) / 3, Sensitivity.of(new double[] {3, 2.5, 3.5}, 5), 1e-15);
        assertEquals(0, Sensitivity.of(new double[] {2.5, 2.5}, 5), "a model to which rates are all the same");
    }

    @Test
    void aRateThatBreaksTheModelCountsAsOneThatTeachesItNothing() {
        double untrained = (0 + 2.5 + 2.5 + 2.5) / 4;
        assertEquals(untrained, Sensitivity.of(new double[] {2.5, 23, Double.NaN, Double.POSITIVE_INFINITY}, 5), 1e-15);
        assertEquals(0, Sensitivity.of(new double[] {7, Double.NaN}, 5), "none teaches anything");
        assertEquals(5, Sensitivity.best(new double[] {7, Double.NaN}, 5));
    }

    /** scipy.stats.t.interval(0.95, 4, mean, sem). */
    @Test
    void intervalsAreStudents() {
        Estimate estimate = Estimate.of(VARIANT);
        assertEquals(0.302, estimate.mean(), 1e-15);
        assertEquals(0.031144823004794854, estimate.spread(), 1e-15);
        assertEquals(0.26332859454451785, estimate.low(), 1e-10);
        assertEquals(0.34067140545548213, estimate.high(), 1e-10);
        assertTrue(Double.isNaN(Estimate.of(0.3).low()), "one seed has no interval");
    }

    /** scipy.stats.ttest_rel. */
    @Test
    void differencesAreTestedInPairs() {
        Paired paired = Paired.of(VARIANT, BASELINE);
        assertEquals(-0.096, paired.difference().mean(), 1e-15);
        assertEquals(-0.1358494839234891, paired.difference().low(), 1e-10);
        assertEquals(0.002598390085512438, paired.probability(), 1e-12);
    }

    @Test
    void withoutSpreadTheSignsDecide() {
        assertEquals(
                Math.pow(0.5, 4),
                Paired.of(new double[] {2, 3, 4, 5, 6}, new double[] {1, 2, 3, 4, 5})
                        .probability());
        assertEquals(1, Paired.of(BASELINE, BASELINE).probability(), "the same is no difference");
        assertEquals(1, Paired.of(new double[] {1}, new double[] {2}).probability(), "one seed tells nothing");
        assertEquals(
                1, Paired.of(new double[] {1, Double.NaN}, new double[] {2, 2}).probability());
    }

    /** scipy has none; statsmodels' multipletests(…, method="holm"), and by hand: 4 · 0.005, 3 · 0.01, 2 · 0.03, again 0.06. */
    @Test
    void severalComparisonsCostWhatHolmSays() {
        assertArrayEquals(new double[] {0.03, 0.06, 0.06, 0.02}, Holm.adjusted(0.01, 0.04, 0.03, 0.005), 1e-15);
        assertArrayEquals(new double[] {1, 1}, Holm.adjusted(0.6, 0.9));
        assertArrayEquals(new double[] {}, Holm.adjusted());
    }
}
