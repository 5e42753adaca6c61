package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import observatory.analysis.Incident;
import observatory.analysis.Recorded;
import observatory.analysis.RunWatch;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

/** When a jump of the learning rate is over, of runs of 1,200 steps that jump at step 300. */
class RateJumpTest {
    private static final int STEPS = 1200;
    private static final int AT = 300;
    private static final double NOISE = 0.05;

    @Test
    void aRunThatLearnsOnAtTheNewRateIsOverIt() {
        List<Incident> found = jumps(step -> step < AT ? 3e-4 : 1.5e-3, step -> step < AT || step > 350 ? 0 : 0.5);
        assertEquals(1, found.size());
        assertEquals(AT, found.getFirst().firstStep());
        assertEquals(AT + 127, found.getFirst().lastStep());
        assertEquals(true, found.getFirst().resolved());
    }

    @Test
    void aRunWhoseLossStaysUpIsNot() {
        List<Incident> found = jumps(step -> step < AT ? 3e-4 : 1.5e-3, step -> step < AT ? 0 : 0.5);
        assertEquals(1, found.size());
        assertEquals(STEPS, found.getFirst().lastStep());
        assertEquals(false, found.getFirst().resolved());
    }

    @Test
    void aRunThatBreaksLaterAtTheNewRateWithinItsFirstStepsIsNot() {
        List<Incident> found = jumps(step -> step < AT ? 3e-4 : 1.5e-3, step -> step < AT + 100 ? 0 : 0.5);
        assertEquals(STEPS, found.getLast().lastStep());
        assertEquals(false, found.getLast().resolved());
    }

    @Test
    void aLossThatIsNoNumberIsNotLearnedOn() {
        List<Incident> found = jumps(step -> step < AT ? 3e-4 : 1.5e-3, step -> step < AT ? 0 : Double.NaN);
        assertEquals(STEPS, found.getLast().lastStep());
    }

    @Test
    void theNextJumpIsMeasuredFromTheRateThatWasKept() {
        List<Incident> found =
                jumps(step -> step < AT ? 3e-4 : step < 700 ? 1.5e-3 : step < 900 ? 3e-3 : 1e-2, step -> 0);
        assertEquals(
                List.of(300L, 900L), found.stream().map(Incident::firstStep).toList());
        assertEquals(1.5e-3, found.getFirst().evidence().facts().get("learningRate"));
        assertEquals(3e-3, found.getLast().evidence().facts().get("highestBefore"));
    }

    @Test
    void aRateThatIsBackEndsItAtOnce() {
        List<Incident> found = jumps(step -> step < AT || step >= 310 ? 3e-4 : 1.5e-3, step -> step < AT ? 0 : 0.5);
        assertEquals(309, found.getFirst().lastStep());
        assertEquals(true, found.getFirst().resolved());
    }

    @Test
    void ofALogWithoutLossesTheRateAloneIsTaken() {
        List<Incident> found = jumps(step -> step < AT ? 3e-4 : 1.5e-3, null);
        assertEquals(AT + 127, found.getFirst().lastStep());
        assertEquals(true, found.getFirst().resolved());
    }

    /** @param more what the loss lies above a slow fall, or null for a log that has none */
    private static List<Incident> jumps(LongToDoubleFunction rate, LongToDoubleFunction more) {
        Random random = new Random(1);
        RunWatch watch = RunWatch.of(Recorded.RUN);
        for (long step = 1; step <= STEPS; step++) {
            Scalars.Builder scalars = new Scalars.Builder().put(Scalars.LEARNING_RATE, rate.applyAsDouble(step));
            if (more != null) {
                double fall = 2.4 + 3 * Math.exp(-step / 60.0) + NOISE * random.nextGaussian();
                scalars.put(Scalars.LOSS, fall + more.applyAsDouble(step));
            }
            watch.accept(Recorded.frame(step, scalars.build(), Sites.none()));
        }
        watch.finish();
        return watch.incidents().stream()
                .filter(one -> one.detector().equals("RateJump"))
                .toList();
    }
}
