package observatory.analysis.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationsTest {
    private static final String TASKS =
            "{\"piqa\":{\"acc\":0.6,\"acc_stderr\":0.03},\"arc\":{\"acc\":0.4,\"acc_stderr\":0.04},\"wiki\":{\"ppl\":9}}";
    private static final String NEW_STYLE =
            "{\"piqa\":{\"alias\":\"piqa\",\"acc,none\":0.7,\"acc_stderr,none\":\"N/A\"},\"arc\":{\"acc,none\":0.5}}";

    @TempDir
    Path folder;

    @Test
    void everyShapeOfResultsIsRead() throws IOException {
        Score score = new Score(50, 100 * Math.hypot(0.03, 0.04) / 2);
        assertEquals(
                List.of(0L),
                List.copyOf(read("eval.json", "{\"results\":" + TASKS + "}").keySet()));
        assertEquals(score, read("eval.json", "{\"results\":" + TASKS + "}").get(0L));
        assertEquals(
                score,
                read("eval.json", "{\"step\":7,\"results\":" + TASKS + "}").get(7L));
        assertEquals(
                score, read("eval_step_900.json", "{\"results\":" + TASKS + "}").get(900L));
        assertEquals(
                score,
                read("eval.json", "{\"100\":{\"results\":" + TASKS + "}}").get(100L));
        assertEquals(
                List.of(100L, 200L),
                List.copyOf(read("eval.json", "{\"results\":{\"step100\":" + TASKS + ",\"step200\":" + NEW_STYLE + "}}")
                        .keySet()));
        assertEquals(
                60, read("eval.json", "{\"results\":" + NEW_STYLE + "}").get(0L).value(), 1e-9);
    }

    @Test
    void aFolderIsReadByTheStepsInItsNames() throws IOException {
        Files.writeString(folder.resolve("checkpoint-2000.json"), "{\"results\":" + NEW_STYLE + "}");
        Files.writeString(folder.resolve("checkpoint-1000.json"), "{\"results\":" + TASKS + "}");
        assertEquals(
                List.of(1000L, 2000L),
                List.copyOf(Evaluations.read(folder, "acc").keySet()));
    }

    @Test
    void whatIsNoResultIsNamed() {
        assertThrows(IllegalArgumentException.class, () -> read("eval.json", "{\"results\":{}}"));
        assertThrows(IllegalArgumentException.class, () -> read("eval.json", "no JSON"));
        assertThrows(IllegalArgumentException.class, () -> read("eval.json", "[1,2]"));
    }

    private SortedMap<Long, Score> read(String name, String content) throws IOException {
        return Evaluations.read(Files.writeString(folder.resolve(name), content), "acc");
    }
}
