package observatory.ui.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.probe.Telemetry;
import observatory.ui.Frames;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import observatory.ui.source.Replay;
import org.junit.jupiter.api.Test;

class DivergenceTest {
    private static final double INFINITE = Double.POSITIVE_INFINITY;

    @Test
    void theFirstLossThatDiffersIsNamed() {
        Divergence parted = Divergence.of(run(1, 5, 4, 3), run(1, 5, 4, 3.1));
        assertEquals(Optional.of(3L), parted.lossStep());
        assertEquals("The losses part at step 3.", parted.sentence());
        assertTrue(Divergence.of(run(1, 5, 4), run(1, 5, 4.0001)).sentence().contains("agree"));
    }

    @Test
    void whatIsNotFiniteDiffersFromAllButItself() {
        assertEquals(Optional.empty(), lossStep(INFINITE, INFINITE));
        assertEquals(Optional.empty(), lossStep(Double.NaN, Double.NaN));
        assertEquals(Optional.of(1L), lossStep(INFINITE, -INFINITE));
        assertEquals(Optional.of(1L), lossStep(INFINITE, Double.NaN));
        assertEquals(Optional.of(1L), lossStep(3, Double.NaN));
    }

    @Test
    void runsOfOtherStepsAreNotSaidToAgree() {
        Divergence apart = Divergence.of(run(1, 5, 4), run(3, 5, 4));
        assertEquals("The two runs have no step in common of which both have a loss.", apart.sentence());
    }

    private static Optional<Long> lossStep(double one, double other) {
        return Divergence.of(run(1, one), run(1, other)).lossStep();
    }

    private static Recording run(long from, double... losses) {
        List<Telemetry> tape = new ArrayList<>();
        for (int i = 0; i < losses.length; i++) {
            tape.add(Frames.loss(from + i, losses[i]));
        }
        return new Workbench(new Replay(Frames.RUN, tape)).run();
    }
}
