package observatory.cli.replay;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.trainer.Precision;
import observatory.trainer.TrainingSpec;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.checkpoint.CheckpointRing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TurnTest {
    @TempDir
    Path folder;

    private static TrainingSpec training(int steps) {
        return new TrainingSpec(steps, 8, 0.002, 30, 1, Precision.FP32, 1);
    }

    /** A run that went on after step 150, of which steps 100 to 160 were recorded. */
    private Subject resumed(TrainingSpec before, TrainingSpec after) {
        Origin origin = new Origin(new RunId("gpt"), 0, new UUID(0, 1), 0);
        List<Frame> recorded = LongStream.rangeClosed(100, 160)
                .mapToObj(step -> new Frame(
                        origin,
                        step,
                        step,
                        Instant.EPOCH,
                        new Scalars(
                                List.of(Scalars.LEARNING_RATE),
                                new double[] {(step <= 150 ? before : after).rate(step)}),
                        Sites.none(),
                        Optional.empty()))
                .toList();
        return new Subject(
                "gpt",
                Optional.empty(),
                158,
                158,
                160,
                158,
                recorded,
                null,
                new CheckpointRing(folder, 1),
                Optional.empty(),
                150,
                List.of());
    }

    @Test
    void ratesOfAnotherProgramAreNoChangeOfThisOnes() {
        TrainingSpec longer = training(240);
        assertDoesNotThrow(() -> Turn.otherProgram(resumed(longer, longer), longer));
        String message = assertThrows(
                        CheckpointException.class, () -> Turn.otherProgram(resumed(training(150), longer), longer))
                .getMessage();
        assertTrue(message.contains("up to step 150"), message);
    }
}
