package observatory.ui.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.probe.Sites;
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
        Divergence parted = between(run(1, 5, 4, 3), run(1, 5, 4, 3.1));
        assertEquals(OptionalLong.of(3), parted.lossStep());
        assertEquals("The losses of runs 1 and 2 part at step 3.", parted.sentence());
        assertTrue(between(run(1, 5, 4), run(1, 5, 4.0001)).sentence().contains("agree"));
    }

    @Test
    void whatIsNotFiniteDiffersFromAllButItself() {
        assertEquals(OptionalLong.empty(), lossStep(INFINITE, INFINITE));
        assertEquals(OptionalLong.empty(), lossStep(Double.NaN, Double.NaN));
        assertEquals(OptionalLong.of(1), lossStep(INFINITE, -INFINITE));
        assertEquals(OptionalLong.of(1), lossStep(INFINITE, Double.NaN));
        assertEquals(OptionalLong.of(1), lossStep(3, Double.NaN));
    }

    @Test
    void runsOfOtherStepsAreNotSaidToAgree() {
        Divergence apart = between(run(1, 5, 4), run(3, 5, 4));
        assertEquals("Runs 1 and 2 have no step in common of which both have a loss.", apart.sentence());
    }

    @Test
    void itIsSoughtOnWhileTheRunsGrow() {
        Recording one = run(1, 5, 4, 3, 2);
        Recording other = run(1, 5, 4);
        Divergence divergence = between(one, other);
        assertTrue(divergence.sentence().contains("agree"));
        other.accept(Frames.loss(3, 3));
        assertEquals(OptionalLong.empty(), divergence.seek().lossStep());
        other.accept(Frames.loss(4, 2.5));
        assertEquals(OptionalLong.of(4), divergence.seek().lossStep());
        other.accept(Frames.restarted(2, 4.5));
        assertEquals(OptionalLong.of(2), divergence.seek().lossStep(), "written anew, it parts earlier");
    }

    @Test
    void theFirstSiteIsTheOneThatAStepPassesFirst() {
        List<Site> sites = List.of(
                Site.of(Hook.EMBEDDING, Site.NO_LAYER),
                Site.of(Hook.RESIDUAL, 0),
                Site.of(Hook.RESIDUAL, 1),
                Site.of(Hook.FINAL_NORM, Site.NO_LAYER));
        Divergence parted = between(rms(sites, 1, 1, 1, 1), rms(sites, 1, 1, 2, 2));
        assertEquals("The first site to differ is layer 1 residual, at step 1.", parted.sentence());
    }

    private static Recording rms(List<Site> sites, double... values) {
        Recording run = new Recording(Frames.RUN);
        run.accept(Frames.frame(1, 0, 2, new Sites(sites, List.of(new Column("rms", new int[] {0, 1, 2, 3}, values)))));
        return run;
    }

    private static Divergence between(Recording one, Recording other) {
        return new Divergence(one, other).seek();
    }

    private static OptionalLong lossStep(double one, double other) {
        return between(run(1, one), run(1, other)).lossStep();
    }

    private static Recording run(long from, double... losses) {
        List<Telemetry> tape = new ArrayList<>();
        for (int i = 0; i < losses.length; i++) {
            tape.add(Frames.loss(from + i, losses[i]));
        }
        return new Workbench(new Replay(Frames.RUN, tape)).run();
    }
}
