package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that was stopped goes on under its name: one run in two incarnations, judged on, and nobody takes
 * it for two writers.
 */
class ResumeIT {
    @TempDir
    Path scratch;

    @Test
    void aStoppedRunGoesOnUnderItsName() throws Exception {
        Path checkpoints = scratch.resolve("data/checkpoints/long");
        try (Program first = train("--run", "long", "--checkpoint-every", "20", "--steps", "100000")) {
            first.await("a checkpoint is there", () -> last(checkpoints) > 0);
            Program.Ended refused = ended("--resume", checkpoints.toString(), "--steps", "100000");
            assertEquals(2, refused.exitCode(), refused::toString);
            assertTrue(refused.err().contains("another process trains the run long now"), refused::toString);
            first.interrupt();
            assertEquals(130, first.await().exitCode());
        }
        long last = last(checkpoints);
        Program.Ended resumed = ended("--resume", checkpoints.toString(), "--steps", "" + (last + 30), "--json");
        assertEquals(0, resumed.exitCode(), resumed::toString);
        JsonNode result = resumed.json();
        assertEquals("long", result.get("run").asText());
        assertEquals(last + 30, result.get("steps").asLong());
        assertEquals(30, result.get("frames").get("captured").asInt());
        assertEquals(30, result.get("frames").get("delivered").asInt());
        List<String> kinds = new ArrayList<>();
        result.get("incidents")
                .forEach(incident -> kinds.add(incident.get("kind").asText()));
        assertTrue(kinds.contains("restart"), resumed::toString);
        assertTrue(kinds.stream().noneMatch("duplicate_writer"::equals), resumed::toString);
    }

    /** The step of the last checkpoint; 0 without one. */
    private static long last(Path checkpoints) {
        if (!Files.isDirectory(checkpoints)) {
            return 0;
        }
        try (Stream<Path> written = Files.list(checkpoints)) {
            return written.map(path -> path.getFileName().toString())
                    .filter(name -> name.matches("step-\\d+"))
                    .mapToLong(name -> Long.parseLong(name.substring("step-".length())))
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Program.Ended ended(String... more) throws Exception {
        try (Program program = train(more)) {
            return program.await();
        }
    }

    private Program train(String... more) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("train", "--data-dir", scratch.resolve("data").toString()));
        all.addAll(List.of("--layers", "1", "--heads", "2", "--width", "32", "--context", "32", "--batch", "4"));
        all.addAll(List.of("--threads", "1", "--backend", "cpu", "--validate-every", "0", "--quiet"));
        all.addAll(List.of(more));
        return Program.start(scratch, all.toArray(String[]::new));
    }
}
