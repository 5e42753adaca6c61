package observatory.analysis.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntToDoubleFunction;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

/** Deviations from how things were, against what the noise was made with. */
class BaselineTest {
    private static final Signal LOSS = new Signal(Scalars.LOSS, "");

    private static List<Frame> frames(int count, IntToDoubleFunction loss) {
        return frames(count, Scalars.LOSS, loss);
    }

    private static List<Frame> frames(int count, String scalar, IntToDoubleFunction value) {
        List<Frame> frames = new ArrayList<>();
        for (int step = 1; step <= count; step++) {
            frames.add(new Frame(
                    new Origin(new RunId("run"), 0, new UUID(0, 0), 0),
                    step,
                    step,
                    Instant.EPOCH,
                    new Scalars.Builder().put(scalar, value.applyAsDouble(step)).build(),
                    Sites.none(),
                    Optional.empty()));
        }
        return frames;
    }

    @Test
    void deviationsAreThoseOfTheNoise() {
        Random random = new Random(3);
        Baseline baseline = new Baseline(frames(500, step -> 3 * Math.exp(0.05 * random.nextGaussian())));
        // Of the logarithm, since a loss is never negative: a factor e^0.5 is ten deviations of 0.05.
        assertEquals(10, baseline.departure(LOSS, 3 * Math.exp(0.5)), 1.5);
        assertEquals(-10, baseline.departure(LOSS, 3 * Math.exp(-0.5)), 1.5);
    }

    @Test
    void aLossThatFallsFastIsMeasuredFromWhereItHadComeTo() {
        Random random = new Random(4);
        Baseline baseline =
                new Baseline(frames(40, step -> 6 * Math.exp(-0.02 * step) * Math.exp(0.03 * random.nextGaussian())));
        double end = 6 * Math.exp(-0.02 * 40);
        assertTrue(Math.abs(baseline.departure(LOSS, end)) < 2, () -> "" + baseline.departure(LOSS, end));
        assertTrue(baseline.departure(LOSS, 2 * end) > 10, () -> "" + baseline.departure(LOSS, 2 * end));
    }

    @Test
    void whatIsNotFiniteIsFarthest() {
        Baseline baseline = new Baseline(frames(20, step -> 2));
        assertEquals(Baseline.MOST, baseline.departure(LOSS, Double.NaN));
        assertEquals(Baseline.MOST, baseline.departure(LOSS, Double.POSITIVE_INFINITY));
        assertEquals(0, baseline.departure(new Signal("unknown", ""), 5));
    }

    @Test
    void aHandfulOfValuesIsNoLevel() {
        List<Frame> all = new ArrayList<>(frames(5, "loss/sh", step -> 2 + 0.01 * step));
        all.addAll(frames(40, step -> 2));
        Baseline baseline = new Baseline(all);
        assertEquals(0, baseline.departure(new Signal("loss/sh", ""), 20), "five values in 45 steps");
        assertTrue(baseline.departure(LOSS, 20) > 10);
    }

    @Test
    void howFarItEverCameIsKnown() {
        Random random = new Random(5);
        Baseline baseline =
                new Baseline(frames(200, step -> 3 * Math.exp(step == 70 ? 0.4 : 0.04 * random.nextGaussian())));
        assertEquals(10, baseline.reach(LOSS), 1.5, "0.4 is ten deviations of 0.04");
        assertEquals(0, baseline.reach(new Signal("unknown", "")));
    }
}
