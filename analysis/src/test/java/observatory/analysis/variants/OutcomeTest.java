package observatory.analysis.variants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    private static final int STEPS = 100;

    private static List<Frame> run(int steps, IntToDoubleFunction loss) {
        return IntStream.rangeClosed(1, steps)
                .mapToObj(step -> new Frame(
                        new Origin(new RunId("r"), 0, new UUID(0, 0), 0),
                        step,
                        step,
                        Instant.EPOCH,
                        new Scalars.Builder()
                                .put(Scalars.LOSS, loss.applyAsDouble(step))
                                .put(Scalars.SKIPPED, step % 10 == 0 ? 1 : 0)
                                .build(),
                        sites(step),
                        Optional.empty()))
                .toList();
    }

    /** An attention logit, a residual stream and another activation that is larger. */
    private static Sites sites(int step) {
        return new Sites(
                List.of(Site.of(Hook.ATTENTION_LOGITS, 0), Site.of(Hook.RESIDUAL, 0), Site.of(Hook.MLP_UP, 0)),
                List.of(
                        new Column("attention_logit_max", new int[] {0}, new double[] {step == 50 ? 9 : 1}),
                        new Column("rms", new int[] {1, 2}, new double[] {step / 100.0, 70}),
                        new Column("abs_max", new int[] {1, 2}, new double[] {step == 7 ? Double.NaN : 3, 80})));
    }

    private static double falling(int step) {
        return 2 + 3 * Math.exp(-step / 10.0);
    }

    @Test
    void aRunIsReadFromWhatItTold() {
        Outcome outcome = Outcome.of(run(STEPS, OutcomeTest::falling), STEPS);
        assertEquals(falling(1), outcome.initialLoss());
        assertEquals(
                IntStream.rangeClosed(69, 100)
                        .mapToDouble(OutcomeTest::falling)
                        .average()
                        .orElseThrow(),
                outcome.finalLoss(),
                1e-12);
        assertEquals(outcome.finalLoss(), outcome.lowestLoss(), 1e-12, "it falls to the end");
        assertEquals(10, outcome.skipped());
        assertEquals(9, outcome.attentionLogit());
        assertEquals(1, outcome.residualRms());
        assertEquals(80, outcome.activationMax());
        assertFalse(outcome.diverged());
    }

    @Test
    void aRunIsLostWhereItEndsEarlyOrBrokenOrHighOrUntrained() {
        assertTrue(Outcome.of(run(60, OutcomeTest::falling), STEPS).diverged(), "ended early");
        assertTrue(Double.isNaN(Outcome.of(run(60, OutcomeTest::falling), STEPS).finalLoss()));
        assertTrue(
                Outcome.of(run(STEPS, step -> step < 90 ? 3 : Double.NaN), STEPS)
                        .diverged(),
                "broken");
        assertTrue(
                Outcome.of(run(STEPS, step -> step < 50 ? falling(step) : 1.3 * falling(step)), STEPS)
                        .diverged(),
                "1.3 times above its lowest");
        assertTrue(Outcome.of(run(STEPS, step -> 5 + step / 1e3), STEPS).diverged(), "no better than untrained");
        assertTrue(Outcome.of(List.of(), STEPS).diverged(), "nothing told");
    }

    /** Frames without time or data: only what the loss says is found. */
    @Test
    void incidentsAreThoseOfTheDetectors() {
        assertEquals(0, Outcome.of(run(STEPS, OutcomeTest::falling), STEPS).begun());
        Outcome broken = Outcome.of(run(STEPS, step -> step < 90 ? falling(step) : Double.NaN), STEPS);
        assertEquals(1, broken.incidents().get("non_finite"), broken.incidents()::toString);
    }
}
