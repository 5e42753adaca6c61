package observatory.ui.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.ui.Frames;
import org.junit.jupiter.api.Test;

class RecordingTest {
    private final Recording recording = new Recording(Frames.RUN);

    @Test
    void aMetricThatIsMeasuredNowAndThenHasItsOwnRows() {
        recording.accept(Frames.layers(0, 5, 1, 2));
        recording.accept(Frames.loss(1, 4));
        recording.accept(Frames.layers(2, 3, 3, 4, 5));
        MetricData rms = recording.metric("rms").orElseThrow();
        assertEquals(3, recording.frames().size());
        assertEquals(2, rms.index().size());
        assertEquals(2, rms.index().step(1));
        Series late = rms.at(Site.of(Hook.RESIDUAL, 2));
        assertTrue(Series.isAbsent(late.at(0)), "not measured in the first frame");
        assertEquals(5, late.at(1));
    }

    @Test
    void aFrameThatNamesASiteTwicePutsNoOtherSiteOutOfStep() {
        recording.accept(Frames.layers(0, 5, 1, 2));
        Sites twice = new Sites(
                List.of(Site.of(Hook.RESIDUAL, 0)), List.of(new Column("rms", new int[] {0, 0}, new double[] {3, 4})));
        recording.accept(Frames.frame(1, 0, 4, twice));
        recording.accept(Frames.layers(2, 3, 5, 6));
        Series other = recording.metric("rms").orElseThrow().at(Site.of(Hook.RESIDUAL, 1));
        assertTrue(Series.isAbsent(other.at(1)));
        assertEquals(6, other.at(2));
    }

    @Test
    void aScalarThatComesLaterIsAbsentBefore() {
        recording.accept(Frames.loss(0, 5));
        recording.accept(Frames.loss(1, 4));
        assertEquals(2, recording.scalar(Scalars.LOSS).orElseThrow().size());
        assertEquals(2000, recording.tokens(1));
        assertEquals(500, recording.millis(1) - recording.millis(0));
    }

    @Test
    void aRestartIsMarked() {
        recording.accept(Frames.loss(0, 5));
        recording.accept(Frames.loss(1, 4));
        recording.accept(Frames.restarted(1, 4));
        assertEquals(Mark.Kind.RESTART, recording.marks().getFirst().kind());
        assertEquals(1, recording.marks().getFirst().step());
    }

    @Test
    void anEndEndsAndAFrameAfterItGoesOn() {
        Origin origin = Frames.loss(0, 1).origin();
        recording.accept(Frames.loss(0, 5));
        recording.accept(RunEvent.of(origin, 1, 1, Instant.EPOCH, RunEvent.Kind.END, Map.of()));
        assertTrue(recording.ended());
        recording.accept(Frames.loss(2, 5));
        assertFalse(recording.ended());
    }

    @Test
    void everyKindOfEventHasAMark() {
        Origin origin = Frames.loss(0, 1).origin();
        for (RunEvent.Kind kind : RunEvent.Kind.values()) {
            recording.accept(RunEvent.of(origin, 1, 1, Instant.EPOCH, kind, Map.of("a", "b")));
        }
        assertEquals(RunEvent.Kind.values().length, recording.marks().size());
    }
}
