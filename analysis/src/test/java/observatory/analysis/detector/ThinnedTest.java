package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import observatory.analysis.Finding;
import observatory.analysis.Recorded;
import observatory.analysis.Severity;
import org.junit.jupiter.api.Test;

class ThinnedTest {
    private static final long SEED = 3;

    private static Thinned of(double[] values) {
        Thinned thinned = Thinned.start();
        for (double value : values) {
            thinned = thinned.with(value);
        }
        return thinned;
    }

    @Test
    void aScaleIsTheBlocksOfMediansOfFourAsOneWouldTakeThem() {
        double[] values = new Random(SEED).doubles(2048).toArray();
        Blocks plain = Blocks.start();
        for (int i = 0; i < values.length; i += 4) {
            plain = plain.with(new Window(
                            4,
                            List.of(values[i], values[i + 1], values[i + 2], values[i + 3]).stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray())
                    .recentMedian(4));
        }
        assertEquals(plain, of(values).scales().get(1));
        assertEquals(16, plain.finished());
    }

    @Test
    void aScaleHasFourTimesThePointsOfTheOneBeforeIt() {
        Thinned thinned = of(new double[4096]);
        for (int scale = 0; scale < Thinned.SCALES; scale++) {
            assertEquals(
                    4096 / Thinned.points(scale), thinned.scales().get(scale).finished());
        }
        assertEquals(2048, Thinned.points(Thinned.SCALES - 1));
    }

    /** Points until a slow divergence is found; -1 where none is. */
    private static int found(int points, IntToDoubleFunction loss) {
        SlowDivergence detector = new SlowDivergence(Settings.DEFAULTS);
        SlowDivergence.State state = detector.start();
        Random random = new Random(SEED);
        for (int i = 0; i < points; i++) {
            double noisy = loss.applyAsDouble(i) + 0.05 * random.nextGaussian();
            Judgement<SlowDivergence.State> judgement = detector.judge(state, Recorded.frame(i + 1, noisy, 0.4));
            List<Finding> findings = judgement.findings();
            if (findings.stream().anyMatch(finding -> finding.severity() == Severity.WARNING)) {
                return i + 1;
            }
            // Goes on from a checkpoint now and then.
            state = i % 1000 == 999 ? detector.resumed(judgement.state()) : judgement.state();
        }
        return -1;
    }

    @Test
    void aRiseOfAHundredthOfADeviationAPointIsFound() {
        int at = found(6000, i -> 2.6 + 0.0005 * Math.max(0, i - 2000));
        assertTrue(at > 2000 && at < 2900, "found at " + at);
    }

    @Test
    void aRiseOfThreeThousandthsOfADeviationAPointIsFound() {
        int at = found(8000, i -> 2.6 + 0.00015 * Math.max(0, i - 2000));
        assertTrue(at > 2000 && at < 5600, "found at " + at);
    }

    @Test
    void plateausAndSmallRisesAreNoDivergence() {
        assertEquals(-1, found(40_000, i -> 2.6));
        assertEquals(-1, found(20_000, i -> 2.6 + 0.1 * Math.clamp((i - 4000) / 8000.0, 0, 1)));
        assertEquals(-1, found(20_000, i -> 2.2 + 3 / Math.sqrt(1 + i / 50.0)));
    }
}
