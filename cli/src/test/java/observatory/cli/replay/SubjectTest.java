package observatory.cli.replay;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import observatory.trainer.Recipe;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.checkpoint.CheckpointRing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a replay may begin; what it looked for stands in its refusals, because there are no checkpoints here. */
class SubjectTest {
    private static final Recipe NO_MATTER = null;

    @TempDir
    Path folder;

    private Subject resumedAfter(long step) {
        return new Subject(
                "gpt",
                Optional.empty(),
                0,
                0,
                0,
                0,
                List.of(),
                NO_MATTER,
                new CheckpointRing(folder, 1),
                Optional.empty(),
                step,
                List.of());
    }

    private static void refused(Subject subject, long first, String part) {
        String message = assertThrows(CheckpointException.class, () -> subject.lead(first, 16, null))
                .getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void stepsSoonAfterAResumptionAreReplayedFromIt() {
        refused(resumedAfter(150), 160, "at or before step 158");
        refused(resumedAfter(150), 200, "at or before step 183");
    }

    @Test
    void stepsThatBeginWithAResumptionHaveNothingBeforeThem() {
        refused(resumedAfter(150), 151, "`observatory runs gpt`");
    }

    @Test
    void noStateOfBeforeTheResumptionIsUsed() {
        String message = assertThrows(
                        CheckpointException.class, () -> resumedAfter(150).before(140, null))
                .getMessage();
        assertTrue(message.contains("at or before step 140"), message);
    }
}
