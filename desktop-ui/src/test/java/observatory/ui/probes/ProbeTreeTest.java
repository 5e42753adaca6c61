package observatory.ui.probes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.ui.Frames;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;

/**
 * The residual stream of two layers: its rms at every step, the shape of layer 1 at every tenth. A step
 * takes half a second.
 */
class ProbeTreeTest {
    private static final Site FIRST = Site.of(Hook.RESIDUAL, 0);
    private static final Site SECOND = Site.of(Hook.RESIDUAL, 1);

    private final Recording run = new Recording(Frames.RUN);
    private final ProbeTree tree = new ProbeTree(new Workbench(Frames.source(run)));

    ProbeTreeTest() {
        for (int step = 0; step <= 60; step++) {
            run.accept(frame(step));
        }
        command(
                "1",
                "Add[probe=activation-shape, schedule=Schedule[every=10], timeToLive=PT10M]",
                Map.of("outcome", "applied"));
        command("2", "Remove[probe=residual-growth, timeToLive=PT10M]", Map.of("outcome", "refused"));
        tree.look();
    }

    @Test
    void hooksStandInTheOrderOfTheStepAndTellWhoLooksThereAndForHowMuch() {
        List<Spot> all = tree.below(new Spot.Root());
        assertEquals(new Spot.AtHook(Hook.EMBEDDING), all.getFirst());
        assertEquals(new Spot.Whole(Spot.Part.FRAME), all.getLast());
        assertEquals("off", tree.line(all.getFirst()).on());
        ProbeLines.Line residual = tree.line(new Spot.AtHook(Hook.RESIDUAL));
        assertEquals("2 layers, 2 probes", residual.on());
        assertEquals("250", residual.micros());
        assertEquals("0.05 %", residual.share(), "250 µs of half a second");
        assertEquals("1,000", tree.line(all.getLast()).micros());
    }

    @Test
    void belowAHookAreItsLayersAndBehindThemWhoCouldLookThere() {
        List<Spot> below = tree.below(new Spot.AtHook(Hook.RESIDUAL));
        assertEquals(List.of(new Spot.AtSite(FIRST), new Spot.AtSite(SECOND)), below.subList(0, 2));
        assertTrue(below.contains(Spot.off(Hook.RESIDUAL, "token-norm")));
        assertFalse(below.contains(Spot.off(Hook.RESIDUAL, "activation-scale")), "it is on");
        assertEquals("off", tree.line(Spot.off(Hook.RESIDUAL, "token-norm")).on());
        assertEquals(
                List.of(Spot.on(SECOND, "activation-scale"), Spot.on(SECOND, "activation-shape")),
                tree.below(new Spot.AtSite(SECOND)));
    }

    @Test
    void aProbeTellsItsCadenceItsPartOfTheCostAndWhoKeepsItOnForHowLong() {
        ProbeLines.Line scale = tree.line(Spot.on(FIRST, "activation-scale"));
        assertEquals("every step", scale.on());
        assertEquals("60", scale.last());
        assertEquals("100", scale.micros(), "200 µs at two layers");
        assertEquals("", scale.by());
        ProbeLines.Line shape = tree.line(Spot.on(SECOND, "activation-shape"));
        assertEquals("every 10 steps", shape.on());
        assertEquals("50", shape.micros(), "it looks at one layer only");
        assertEquals("alice at 60", shape.by());
        assertEquals("10 min", shape.left());
    }

    @Test
    void whatLooksAtNoTensorStandsByTheStepAndARefusedCommandChangesNothing() {
        ProbeLines.Line growth = tree.line(Spot.whole("residual-growth"));
        assertEquals("every step", growth.on());
        assertEquals("3", growth.micros());
        assertEquals("", growth.by());
        assertEquals("off", tree.line(Spot.whole("token-entropy")).on(), "no batch has come");
    }

    @Test
    void whatWasTakenBackIsInForceNoMore() {
        command(
                "1",
                "Add[probe=activation-shape, schedule=Schedule[every=10], timeToLive=PT10M]",
                Map.of("outcome", "reverted"));
        tree.look();
        assertEquals("", tree.line(Spot.on(SECOND, "activation-shape")).by());
    }

    private static Frame frame(int step) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("rms", new int[] {0, 1}, new double[] {1, 2}));
        if (step % 10 == 0) {
            columns.add(new Column("kurtosis", new int[] {1}, new double[] {3}));
        }
        Frame plain = Frames.frame(step, 0, 2, new Sites(List.of(FIRST, SECOND), columns));
        Scalars.Builder scalars = new Scalars.Builder().putAll(plain.scalars()).put("residual_growth", 0.1);
        if (step == 32) {
            scalars.put("observer_seconds/activation-scale/residual", 200e-6)
                    .put("observer_seconds/activation-shape/residual", 50e-6)
                    .put("observer_seconds/residual-growth", 3e-6)
                    .put("observer_seconds/frame", 1e-3);
        }
        return new Frame(plain.origin(), step, step, plain.time(), scalars.build(), plain.sites(), plain.batch());
    }

    private void command(String id, String command, Map<String, String> outcome) {
        Map<String, String> details = new TreeMap<>(outcome);
        details.putAll(Map.of("id", id, "operator", "alice", "command", command));
        Frame last = run.latest().orElseThrow();
        run.accept(RunEvent.of(last.origin(), 61, 60, last.time(), RunEvent.Kind.COMMAND, details));
    }
}
