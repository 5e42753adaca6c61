package observatory.ui.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.ui.Frames;
import observatory.ui.data.Extent;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryFramesTest {
    @Test
    void aBucketKeepsItsExtremesItsLastValueAndThatThereWasANaN() {
        Recording recording = new Recording(Frames.RUN);
        HistoryFrames.of(bucket(0, 127)).forEach(recording::accept);
        HistoryFrames.of(bucket(128, 255)).forEach(recording::accept);
        Series loss = recording.scalar(Scalars.LOSS).orElseThrow();
        Extent extent = new Extent().clear();
        loss.summarise(0, loss.size(), extent);
        assertEquals(1, extent.min());
        assertEquals(9, extent.max());
        assertEquals(3, extent.last());
        assertTrue(extent.hasNaN());
        assertEquals(1, recording.frames().segments().size(), "steps only rise");
        assertEquals(255, recording.frames().lastStep());
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7})
    void soDoesOneOfFewSteps(int steps) {
        Recording recording = new Recording(Frames.RUN);
        HistoryFrames.of(bucket(1, steps)).forEach(recording::accept);
        Series loss = recording.scalar(Scalars.LOSS).orElseThrow();
        Extent extent = new Extent().clear();
        loss.summarise(0, loss.size(), extent);
        assertEquals(List.of(1f, 9f, 3f), List.of(extent.min(), extent.max(), extent.last()));
        assertTrue(extent.hasNaN());
        assertEquals(steps, recording.frames().lastStep());
    }

    @Test
    void aBucketOfOneStepIsThatStep() {
        List<Frame> frames = HistoryFrames.of(bucket(7, 7));
        assertEquals(1, frames.size());
        assertEquals(7, frames.getFirst().step());
    }

    private static Frame bucket(long first, long last) {
        Frame plain = Frames.loss(last, 0);
        Scalars scalars = new Scalars.Builder()
                .put("bucket_first_step", first)
                .put("loss.min", 1)
                .put("loss.max", 9)
                .put("loss.last", 3)
                .put("loss.nan", 2)
                .build();
        return new Frame(plain.origin(), plain.seq(), last, plain.time(), scalars, Sites.none(), Optional.empty());
    }
}
