package observatory.analysis.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import observatory.analysis.scaling.LossLaw.Split;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worked examples of the reference. */
class ScalingLawsTest {
    @ParameterizedTest
    @CsvSource({
        "1.3e9, 300e9, 2.264901, 2.275295",
        "2.7e9, 300e9, 2.193665, 2.202118",
        "6.7e9, 300e9, 2.126539, 2.133598",
        "13e9, 300e9, 2.089132, 2.095650",
        "175e9, 300e9, 2.002288, 2.008544",
        "70e9, 1.4e12, 1.936645, 1.973882",
        "176e9, 366e9, 1.988568, 1.999159"
    })
    void lossesAreThoseOfTheTable(double parameters, double tokens, double hoffmann, double besiroglu) {
        Split split = new Split(parameters, tokens);
        assertEquals(hoffmann, LossLaw.HOFFMANN.loss(split), 6e-7);
        assertEquals(besiroglu, LossLaw.BESIROGLU.loss(split), 6e-7);
    }

    @Test
    void theOptimalSplitOfChinchillasBudget() {
        Split hoffmann = LossLaw.HOFFMANN.optimal(5.76e23);
        assertEquals(3.22e10, hoffmann.parameters(), 0.005e10);
        assertEquals(2.98e12, hoffmann.tokens(), 0.005e12);
        assertEquals(92.6, hoffmann.tokensPerParameter(), 0.1);
        Split besiroglu = LossLaw.BESIROGLU.optimal(5.76e23);
        assertEquals(7.23e10, besiroglu.parameters(), 0.006e10);
        assertEquals(1.33e12, besiroglu.tokens(), 0.005e12);
        assertEquals(18.4, besiroglu.tokensPerParameter(), 0.05);
        assertEquals(5.76e23, besiroglu.flops(), 1e10);
    }

    /** No other split of the budget is better: an oracle that knows no derivative. */
    @Test
    void nothingBesideTheOptimumIsBetter() {
        Split best = LossLaw.BESIROGLU.optimal(1e22);
        for (double factor = 0.25; factor < 4; factor *= 1.1) {
            Split other = new Split(best.parameters() * factor, best.tokens() / factor);
            assertTrue(LossLaw.BESIROGLU.loss(other) >= LossLaw.BESIROGLU.loss(best));
        }
    }

    @Test
    void aLossIsReadAsTheSizeAndTheTokensItBelongsTo() {
        Split seen = new Split(13e9, 300e9);
        LossLaw law = LossLaw.HOFFMANN;
        assertEquals(13e9, law.equivalentSize(law.loss(seen), seen), 1);
        assertEquals(300e9, law.equivalentTokens(law.loss(seen), seen), 100);
        assertEquals(8.95e9, law.equivalentSize(law.loss(seen) + 0.02, seen), 0.005e9);
        assertEquals(5.5e9, law.equivalentSize(law.loss(seen) + 0.05, seen), 0.05e9);
        assertEquals(2.85e9, law.equivalentSize(law.loss(seen) + 0.10, seen), 0.005e9);
        assertEquals(Double.POSITIVE_INFINITY, law.equivalentSize(1.69, seen));
        assertEquals(0.0374, law.loss(new Split(6.7e9, 300e9)) - law.loss(seen), 5e-5);
        assertEquals(0.1045, law.loss(new Split(2.7e9, 300e9)) - law.loss(seen), 5e-5);
    }

    @Test
    void aLagIsFlaggedByItsStandardErrors() {
        Split seen = new Split(13e9, 300e9);
        double loss = LossLaw.HOFFMANN.loss(new Split(6.7e9, 300e9));
        Lag lag = Lag.of(LossLaw.HOFFMANN, seen, loss, new Lag.LogError(0.003, 0.001, 0.002));
        assertEquals(6.7e9, lag.parameters(), 1e6);
        assertTrue(lag.interval().low() < 6.7e9 && lag.interval().high() > 6.7e9);
        assertEquals(Math.log(loss / lag.expected()) / Math.sqrt(14e-6), lag.deviations(), 1e-9);
        assertTrue(lag.flagged());
        assertTrue(!Lag.of(LossLaw.HOFFMANN, seen, loss, new Lag.LogError(0.02, 0, 0))
                .flagged());
    }

    /** Against 2 % above convergence: 2.70 times the parameters, 7.53 times fewer steps, 2.79 times less compute. */
    @Test
    void stoppingEarlyIsCheaperByKaplansRatios() {
        Kaplan.Ratio ratio = Kaplan.efficientAgainst(0.02);
        assertEquals(2.701, ratio.parameters(), 5e-4);
        assertEquals(7.526, 1 / ratio.steps(), 5e-4);
        assertEquals(2.787, 1 / ratio.compute(), 5e-4);
    }

    @ParameterizedTest
    @CsvSource({"5, 9.9e4", "4, 2.85e5", "3, 1.12e6", "2.5, 2.68e6", "2, 7.74e6"})
    void theCriticalBatchGrowsAsTheLossFalls(double loss, double tokens) {
        assertEquals(tokens, Kaplan.criticalBatch(loss), 0.006 * tokens);
        Kaplan.Measured measured = new Kaplan.Measured(Kaplan.criticalBatch(3), 3);
        assertEquals(Kaplan.criticalBatch(loss), Kaplan.criticalBatch(loss, measured), 1e-6 * tokens);
    }

    /** Petaflop-days as V100-hours, and the planning table of BigScience. */
    @Test
    void budgetsBecomeDeviceHours() {
        Hardware v100 = new Hardware(1, 25e12);
        assertEquals(4.22e6, v100.deviceHours(4_400 * Kaplan.PETAFLOP_DAY), 0.005e6);
        assertEquals(28.8e6, v100.deviceHours(30_000 * Kaplan.PETAFLOP_DAY), 0.05e6);
        double[][] table = {
            {1.5e9, 200e9, 4_300, 116, 1.1}, {6.7e9, 200e9, 22_000, 101.5, 5.7}, {20e9, 400e9, 134_000, 99.5, 34.9}
        };
        for (double[] row : table) {
            double flops = new Split(row[0], row[1]).flops();
            Hardware a100 = new Hardware(160, row[3] * 1e12);
            assertEquals(row[2], a100.deviceHours(flops), 0.005 * row[2]);
            assertEquals(row[4], a100.days(flops), 0.06);
        }
        assertEquals(0.37, 116 / 312.0, 0.005);
        assertEquals(0.325, 101.5 / 312, 0.005);
    }

    /** BLOOM: 149.02 TFLOP/s a device stand in its log. */
    @Test
    void bloomsLogIsReproduced() {
        Utilisation bloom = new Utilisation(70, 14336, 250880, 2048);
        assertEquals(176_247_271_424L, bloom.parameters());
        assertEquals(149.023e12, bloom.stepFlops(2048, true) / 105.22 / 384, 1e9);
    }

    /** A table of the 1.3B, 6.7B and 13B models of 2021: a 13B that scores like one of 2.72 B. */
    @Test
    void aScoreIsReadAsASize() {
        Family family = new Family(List.of(new Family.Member(6.7e9, 49.28), new Family.Member(1.3e9, 45.30)));
        Family.Equivalent found = family.equivalent(new Score(47.09, 0.3));
        assertEquals(2.72e9, found.parameters(), 0.005e9);
        assertTrue(!found.extrapolated());
        assertTrue(found.interval().low() < 2.72e9 && found.interval().high() > 2.72e9);
        Family.Equivalent below = family.equivalent(new Score(43.46, 0));
        assertTrue(below.parameters() < 1.3e9 && below.extrapolated());
    }

    @Test
    void scoresThatFallWithSizeArePooled() {
        Family family = new Family(List.of(
                new Family.Member(1e8, 10),
                new Family.Member(1e9, 30),
                new Family.Member(1e10, 20),
                new Family.Member(1e11, 40)));
        assertEquals(Math.sqrt(1e19), family.equivalent(new Score(25, 0)).parameters(), 1);
        assertEquals(1e11, family.equivalent(new Score(40, 0)).parameters(), 1);
        Family falling = new Family(List.of(new Family.Member(1, 2), new Family.Member(2, 1)));
        assertThrows(IllegalArgumentException.class, () -> falling.equivalent(new Score(1, 0)));
    }

    @Test
    void repeatedTokensAreWorthLess() {
        assertEquals(1e9, Plan.worth(2e9, 1e9));
        assertEquals(2e9, Plan.worth(2e9, 2e9));
        assertEquals(4e9, Plan.worth(1e9, 4e9), 0.35e9); // up to four epochs nearly free
        assertEquals(16e9, Plan.worth(1e9, 1e15), 1);
    }
}
