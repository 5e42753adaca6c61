package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

class StepTimeReadingTest {
    private static Frame frame(int rank, long step, List<String> names, double... values) {
        return new Frame(
                new Origin(Recorded.RUN, 0, new UUID(0, rank), rank),
                step,
                step,
                Instant.EPOCH,
                new Scalars(names, values),
                Sites.none(),
                Optional.empty());
    }

    @Test
    void theSecondHalfOfTheLowestRankSaysWhereTheTimeGoes() {
        List<String> names = List.of(
                Scalars.STEP_SECONDS, Scalars.FORWARD_SECONDS, Scalars.BACKWARD_SECONDS, Scalars.OBSERVER_SECONDS);
        List<Frame> run = new ArrayList<>();
        for (int step = 1; step <= 20; step++) {
            double slow = step <= 10 ? 100 : 1; // before anything is compiled
            run.add(frame(0, step, names, 0.05 * slow, 0.0125 * slow, 0.03 * slow, 0.0005 * slow));
            run.add(frame(1, step, names, 1, 1, 1, 1));
        }
        assertEquals(
                "a step 50 ms: forward 25.0 %, backward 60.0 %, rest 15.0 %; of it observing 1.0 %",
                StepTimeReading.of(run).orElseThrow());
    }

    @Test
    void aRunThatTellsNoPhasesHasNone() {
        assertEquals(Optional.empty(), StepTimeReading.of(List.of(frame(0, 1, List.of(Scalars.STEP_SECONDS), 0.05))));
        assertEquals(Optional.empty(), StepTimeReading.of(List.of()));
    }
}
