package observatory.stream.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.stream.Frames;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private static final Origin ORIGIN = Frames.origin("history", new UUID(4, 4));

    @Test
    void aHundredThousandStepsAreEightHundredBucketsAndNoSpikeIsLost() {
        Random random = new Random(12);
        History history = new History();
        List<Frame> buckets = new ArrayList<>();
        double[] loss = new double[100_000];
        for (int step = 0; step < loss.length; step++) {
            loss[step] = step % 997 == 5 ? 1000 + step : random.nextGaussian();
            buckets.addAll(history.add(frame(step, loss[step])));
        }
        assertEquals(loss.length / History.STEPS, buckets.size());
        int spikes = 0;
        for (Frame bucket : buckets) {
            int first = (int) bucket.scalars().find(History.FIRST_STEP).orElseThrow();
            double largest = Double.NEGATIVE_INFINITY;
            double smallest = Double.POSITIVE_INFINITY;
            for (int step = first; step <= bucket.step(); step++) {
                largest = Math.max(largest, loss[step]);
                smallest = Math.min(smallest, loss[step]);
                spikes += loss[step] >= 1000 ? 1 : 0;
            }
            assertEquals(largest, bucket.scalars().find("loss.max").orElseThrow());
            assertEquals(smallest, bucket.scalars().find("loss.min").orElseThrow());
            assertEquals(
                    loss[(int) bucket.step()],
                    bucket.scalars().find("loss.last").orElseThrow());
            Column rms = bucket.sites().column("rms.max").orElseThrow();
            assertEquals(2 * largest, rms.values()[0]);
        }
        assertEquals(101, spikes);
    }

    @Test
    void aNanIsCountedAndHidesNothing() {
        History history = new History();
        List<Frame> buckets = new ArrayList<>();
        for (int step = 0; step < History.STEPS; step++) {
            buckets.addAll(
                    history.add(frame(step, step == 7 ? Double.NaN : step == 9 ? Double.POSITIVE_INFINITY : step)));
        }
        Scalars scalars = buckets.getFirst().scalars();
        assertEquals(1, scalars.find("loss.nan").orElseThrow());
        assertEquals(0, scalars.find("loss.min").orElseThrow());
        assertEquals(Double.POSITIVE_INFINITY, scalars.find("loss.max").orElseThrow());
    }

    @Test
    void aStepThatGoesBackBeginsAnewAndEventsPass() {
        History history = new History();
        for (int step = 0; step < 50; step++) {
            assertTrue(history.add(frame(step, step)).isEmpty());
        }
        assertTrue(
                history.add(Frames.event(ORIGIN, 50, RunEvent.Kind.CHECKPOINT)).isEmpty());
        List<Frame> ended = history.add(frame(20, 1));
        assertEquals(1, ended.size());
        assertEquals(49, ended.getFirst().step());
        assertEquals(50, ended.getFirst().scalars().find(History.FRAMES).orElseThrow());
    }

    private static Frame frame(int step, double loss) {
        Frame plain = Frames.frame(ORIGIN, step);
        Sites sites = new Sites(
                List.of(Site.of(Hook.RESIDUAL, 0)),
                List.of(
                        new Column("rms", new int[] {0}, new double[] {2 * loss}),
                        new Column("eigenvalue", new int[] {0, 0}, new double[] {2, 1})));
        return new Frame(
                ORIGIN,
                step,
                step,
                plain.time(),
                new Scalars.Builder().put("loss", loss).build(),
                sites,
                Optional.empty());
    }
}
