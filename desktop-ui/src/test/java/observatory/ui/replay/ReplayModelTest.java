package observatory.ui.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.analysis.replay.ReplayResult;
import observatory.probe.RunId;
import observatory.ui.replay.ReplayModel.Shown;
import org.junit.jupiter.api.Test;

/** A replay asked for in the window, without a window: both threads are queues that the test empties. */
class ReplayModelTest {
    private final Deque<Runnable> background = new ArrayDeque<>();
    private final Deque<Runnable> window = new ArrayDeque<>();

    private static Incident incident(int id) {
        return new Incident(
                new RunId("run"),
                id,
                Kind.LOSS_SPIKE,
                Severity.WARNING,
                "LossSpike",
                10,
                12,
                11,
                true,
                Verdict.UNDETERMINED,
                "",
                "",
                "",
                Evidence.none());
    }

    private static ReplayResult result() {
        return new ReplayResult(
                "run",
                "loss_spike",
                new ReplayResult.Steps(0, 8, 12),
                Verdict.DATA_DRIVEN,
                0.004,
                "because",
                new ReplayResult.Reproduction(true, 1, 1, "", "", "", ""),
                "loss",
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                new ReplayResult.Cost(1, 0, 1, 1),
                true);
    }

    private ReplayModel model(Replayer replayer) {
        ReplayModel model = new ReplayModel(Optional.ofNullable(replayer), background::add, window::add);
        model.show(incident(1));
        return model;
    }

    private void finish() {
        empty(background);
        empty(window);
    }

    private static void empty(Deque<Runnable> queue) {
        while (!queue.isEmpty()) {
            queue.poll().run();
        }
    }

    /** What a replay that comes to nothing is told as. */
    private String refusal(Replayer replayer) {
        ReplayModel model = model(replayer);
        model.start();
        finish();
        return refusal(model);
    }

    private static String refusal(ReplayModel model) {
        assertTrue(model.possibleProperty().get(), "it can be tried again");
        return assertInstanceOf(Shown.Refused.class, model.shownProperty().get())
                .reason();
    }

    @Test
    void tellsHowFarItIsAndThenWhatItCameTo() {
        ReplayModel model = model((incident, stop, progress) -> {
            progress.at(1, 4, "other batches");
            return result();
        });
        model.start();
        assertInstanceOf(Shown.Running.class, model.shownProperty().get());
        assertFalse(model.possibleProperty().get(), "one at a time");
        empty(background);
        window.poll().run();
        assertEquals(
                new Shown.Running(0.25, "other batches"), model.shownProperty().get());
        empty(window);
        assertEquals(new Shown.Done(result()), model.shownProperty().get());
        assertTrue(model.possibleProperty().get());
    }

    @Test
    void eachIncidentKeepsItsOwn() {
        ReplayModel model = model((incident, stop, progress) -> result());
        model.start();
        model.show(incident(2));
        assertEquals(
                new Shown.Idle("Another incident is being replayed."),
                model.shownProperty().get());
        finish();
        assertEquals(new Shown.Idle(""), model.shownProperty().get());
        model.show(incident(1));
        assertInstanceOf(Shown.Done.class, model.shownProperty().get());
    }

    @Test
    void whatItComesToNothingByIsTold() {
        assertEquals("no checkpoints", refusal((incident, stop, progress) -> {
            throw new IllegalArgumentException("no checkpoints");
        }));
        String reason = refusal((incident, stop, progress) -> {
            throw new OutOfMemoryError("Java heap space");
        });
        assertTrue(reason.contains("Java heap space"), reason);
    }

    @Test
    void withoutAThreadItDoesNotRunForEver() {
        ReplayModel model = new ReplayModel(
                Optional.of((incident, stop, progress) -> result()),
                task -> {
                    throw new OutOfMemoryError("unable to create native thread");
                },
                window::add);
        model.show(incident(1));
        model.start();
        assertTrue(refusal(model).contains("unable to create native thread"));
    }

    @Test
    void stopReachesWhoReplays() {
        boolean[] seen = new boolean[1];
        ReplayModel model = model((incident, stop, progress) -> {
            seen[0] = stop.getAsBoolean();
            return result();
        });
        model.start();
        model.stop();
        empty(background);
        assertTrue(seen[0]);
    }

    @Test
    void withoutAReplayerItSaysWhereToDoIt() {
        ReplayModel model = model(null);
        assertFalse(model.possibleProperty().get());
        assertTrue(((Shown.Idle) model.shownProperty().get()).reason().contains("observatory replay"));
        model.start();
        assertTrue(background.isEmpty());
    }
}
