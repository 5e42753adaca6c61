package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BaselineTest {
    private static final long SEED = 11;

    /** A first-order autoregression, whose sums vary by √((1+φ)/(1-φ)) more than those of white noise. */
    private static Baseline autoregression(double phi, long seed) {
        Random random = new Random(seed);
        Baseline baseline = Baseline.start();
        double x = 0;
        for (int i = 0; i < 400; i++) {
            x = phi * x + random.nextGaussian();
            baseline = baseline.learn(2 + 0.01 * x);
        }
        return baseline;
    }

    @Test
    void whiteNoiseIsTakenForWhite() {
        int white = 0;
        for (int run = 0; run < 40; run++) {
            white += autoregression(0, SEED + run).persistence() < 1.2 ? 1 : 0;
        }
        assertTrue(white >= 36, white + " of 40, seed " + SEED);
    }

    @Test
    void valuesThatResembleTheirNeighboursArePersistent() {
        double sum = 0;
        for (int run = 0; run < 40; run++) {
            sum += autoregression(0.9, SEED + run).persistence();
        }
        // Against a level that follows within 16 values a part of the correlation is gone; √19 = 4.4 is all of it.
        assertTrue(sum / 40 > 1.6 && sum / 40 < 4.4, "mean " + sum / 40 + ", seed " + SEED);
    }

    @Test
    void aLogThatRoundsKnowsHowFinely() {
        Random random = new Random(SEED);
        Baseline baseline = Baseline.start();
        for (int i = 0; i < 200; i++) {
            baseline = baseline.learn(Math.round((0.0002 + 0.00004 * random.nextGaussian()) * 1e4) / 1e4);
        }
        assertEquals(1e-4, baseline.resolution(), 1e-12);
    }

    @Test
    void theLevelIsTheMedianOfTheNewest() {
        Baseline baseline = Baseline.start();
        for (int i = 1; i <= 40; i++) {
            baseline = baseline.learn(i);
        }
        assertEquals((32 + 33) / 2.0, baseline.level());
    }
}
