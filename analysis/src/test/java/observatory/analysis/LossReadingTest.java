package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

class LossReadingTest {
    private static Frame frame(long step, Map<String, Double> scalars) {
        TreeMap<String, Double> sorted = new TreeMap<>(scalars);
        return new Frame(
                new Origin(Recorded.RUN, 0, new UUID(0, 1), 0),
                step,
                step,
                Instant.EPOCH,
                new Scalars(
                        List.copyOf(sorted.keySet()),
                        sorted.values().stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray()),
                Sites.none(),
                Optional.empty());
    }

    @Test
    void theLastStepsAndTheLatestValidationCount() {
        List<Frame> run = new ArrayList<>();
        for (int step = 1; step <= 50; step++) {
            run.add(frame(step, Map.of(Scalars.LOSS, step <= 18 ? 9.0 : step % 2 == 0 ? 2.0 : 3.0)));
        }
        run.add(8, frame(8, Map.of(Scalars.VALIDATION_LOSS, 8.0)));
        run.add(frame(50, Map.of(Scalars.VALIDATION_LOSS, 2.75, Scalars.VALIDATION_LOSS + "/md", 3.5)));
        assertEquals(
                "loss 2.5, the mean of the last 32 steps; held back, after step 50: all 2.75, md 3.5",
                LossReading.of(run).words());
    }
}
