package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import observatory.analysis.rules.HealthyCurve;
import observatory.probe.RunId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Healthy runs whose losses are noisy in every way that losses are: each kind of noise may page once in a long while.
 */
class NoiseTest {
    private static final int RUNS = 6;
    private static final int POINTS = 3000;
    private static final long SEED = 1;

    private static List<Incident> pages(HealthyCurve curve, int interval, long seed) {
        Random random = new Random(seed);
        double[] losses = curve.losses(POINTS, random);
        RunWatch watch = RunWatch.of(new RunId("noise"));
        for (int i = 0; i < POINTS; i++) {
            double norm = 0.4 * Math.exp(0.15 * random.nextGaussian());
            watch.accept(Recorded.frame((long) (i + 1) * interval, losses[i], norm));
        }
        watch.finish();
        return watch.incidents().stream()
                .filter(incident -> incident.severity() != Severity.INFO && page(incident.kind()))
                .toList();
    }

    private static boolean page(Kind kind) {
        return switch (kind) {
            case LOSS_SPIKE, DIVERGENCE, SLOW_DIVERGENCE, NON_FINITE, OVERFLOW, LOSS_SCALE_COLLAPSE -> true;
            default -> false;
        };
    }

    /** Pages in all runs of a kind; docs/detection.md says how many there are in many more. */
    private static int most(HealthyCurve curve) {
        return switch (curve) {
            // A level of 16 values follows such a loss too closely to know its width.
            case SMOOTHED -> 8;
            case VERY_HEAVY_TAILED -> 12;
            // The first odd batch is told, and one that is twice as odd.
            case ODD_BATCHES -> 20;
            // Until it has come back to its second level three times.
            case TWO_SOURCES_IN_SHORT_BLOCKS -> 60;
            case TWO_SOURCES_IN_LONG_BLOCKS -> 80;
            default -> 3;
        };
    }

    @ParameterizedTest
    @EnumSource
    void aHealthyRunIsPagedOnceInThousandsOfPointsAtMost(HealthyCurve curve) {
        List<String> all = new ArrayList<>();
        for (int interval : new int[] {1, 10}) {
            for (long seed = SEED; seed < SEED + RUNS; seed++) {
                List<Incident> pages = pages(curve, interval, 100 * interval + seed);
                assertTrue(
                        pages.size() <= Math.max(2, most(curve) / 4),
                        curve + ", every " + interval + " steps, seed " + seed + ": " + pages);
                pages.forEach(page -> all.add(curve + ", every " + interval + ": " + page.summary()));
            }
        }
        int most = most(curve);
        assertTrue(all.size() <= most, all.size() + " pages in " + 2 * RUNS * POINTS + " points: " + all);
    }

    @Test
    void anOddBatchOfALogThatLacksALineIsStillARemark() {
        Random random = new Random(SEED);
        RunWatch watch = RunWatch.of(new RunId("noise"));
        for (int i = 0; i < POINTS; i++) {
            boolean odd = i == 2000;
            double loss = 2.6 + 0.03 * random.nextGaussian() + (odd ? 1 : 0);
            if (i != 1000) {
                watch.accept(Recorded.frame(i + 1, loss, odd ? 2 : 0.4));
            }
        }
        watch.finish();
        List<Severity> said = watch.incidents().stream()
                .filter(incident -> incident.firstStep() <= 2001 && incident.lastStep() >= 2001)
                .map(Incident::severity)
                .toList();
        assertEquals(List.of(Severity.INFO), said);
    }

    @Test
    void theSameRunsWithASpikeArePaged() {
        for (int interval : new int[] {1, 10}) {
            Random random = new Random(SEED);
            RunWatch watch = RunWatch.of(new RunId("noise"));
            double[] losses = HealthyCurve.HEAVY_TAILED.losses(POINTS, random);
            for (int i = 0; i < POINTS; i++) {
                double up = i < 2000 ? 0 : Math.exp((2000 - i) / 10.0);
                double loss = losses[i] + up;
                watch.accept(Recorded.frame((long) (i + 1) * interval, loss, 0.4 * (1 + 5 * up)));
            }
            watch.finish();
            List<Long> found = watch.incidents().stream()
                    .filter(incident -> incident.kind() == Kind.LOSS_SPIKE && incident.severity() != Severity.INFO)
                    .map(Incident::firstStep)
                    .toList();
            assertTrue(found.contains(2001L * interval) && found.size() <= 2, "every " + interval + " steps: " + found);
        }
    }
}
