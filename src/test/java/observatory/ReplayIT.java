package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The replay as a person runs it: whole, stopped and taken up again, without what it needs, and on a foreign log. */
class ReplayIT {
    @TempDir
    Path scratch;

    private Path spikeLog() throws Exception {
        Program.Ended demo = Program.run(
                scratch,
                "demo",
                "--headless",
                "--json",
                "--quiet",
                "--no-replay",
                "--steps",
                "120",
                "--layers",
                "2",
                "--width",
                "64",
                "--fault",
                "bad-batch@90");
        assertEquals(0, demo.exitCode(), demo::toString);
        assertFalse(demo.json().has("replay"), demo::toString);
        return StreamSupport.stream(demo.json().get("spikeLogs").spliterator(), false)
                .map(log -> Path.of(log.asText()))
                .filter(log -> log.toString().contains("bad_batch"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bad batch was found: " + demo));
    }

    @Test
    void aStoppedReplayGoesOnAndOneWithoutCheckpointsSaysWhatItNeeds() throws Exception {
        Path log = spikeLog();
        try (Program replay = Program.start(scratch, "replay", log.toString(), "--json")) {
            replay.awaitSaying("other batches");
            replay.interrupt();
            Program.Ended ended = replay.await();
            JsonNode partial = ended.json();
            assertEquals(partial.get("complete").asBoolean() ? 0 : 130, ended.exitCode(), ended::toString);
            assertFalse(ended.err().contains("Exception"), ended::toString);
        }
        Path page = scratch.resolve("replay.html");
        Program.Ended ended =
                Program.run(scratch, "replay", log.toString(), "--json", "--quiet", "--html", page.toString());
        assertEquals(0, ended.exitCode(), ended::toString);
        JsonNode result = ended.json();
        assertEquals("data-driven", result.get("verdict").asText(), ended::toString);
        assertTrue(result.get("errorProbability").asDouble() <= 0.05, ended::toString);
        assertTrue(result.get("reproduction").get("same").asBoolean(), ended::toString);
        assertTrue(result.get("cost").get("resumed").asInt() > 0, ended::toString);
        assertTrue(result.get("complete").asBoolean(), ended::toString);
        assertTrue(result.get("samples").get(0).get("named").asBoolean(), ended::toString);
        assertTrue(Files.readString(page).contains("data-driven"));

        Program.Ended elsewhere = Program.run(
                scratch,
                "replay",
                log.toString(),
                "--data-dir",
                scratch.resolve("other").toString());
        assertEquals(3, elsewhere.exitCode(), elsewhere::toString);
        assertTrue(elsewhere.err().contains("--checkpoint-every"), elsewhere::toString);

        Program.Ended careless = Program.run(scratch, "replay", log.toString(), "--apply");
        assertEquals(2, careless.exitCode(), careless::toString);
        assertTrue(careless.err().contains("--key"), careless::toString);

        damage(scratch.resolve("state/observatory/checkpoints"));
        Program.Ended damaged = Program.run(scratch, "replay", log.toString(), "--quiet", "--fresh");
        assertEquals(6, damaged.exitCode(), damaged::toString);
        assertTrue(damaged.err().contains("is damaged: tensor"), damaged::toString);
    }

    private static void damage(Path checkpoints) throws IOException {
        List<Path> weights;
        try (Stream<Path> found = Files.walk(checkpoints)) {
            weights = found.filter(file -> file.endsWith("model.safetensors"))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
        for (Path file : weights) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 5] ^= 1;
            Files.write(file, bytes);
        }
    }

    @Test
    void ofAForeignLogItWritesDownTheExperimentAndMakesNone() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int step = 1; step <= 600; step++) {
            double loss = 2 + 8 * Math.exp(-step / 90.0) + (step > 499 && step < 520 ? 4 : 0.02 * (step % 7));
            text.append(String.format(
                    Locale.ROOT, "s:%d trl:%.4f lr:0.000600 norm:%.2f%n", step, loss, 0.3 + 0.01 * (step % 5)));
        }
        Path log = Files.writeString(scratch.resolve("main.log"), text);
        Program.Ended ended = Program.run(scratch, "replay", log.toString(), "--json");
        assertEquals(0, ended.exitCode(), ended::toString);
        assertFalse(ended.json().get("executed").asBoolean());
        assertEquals(500, ended.json().get("peakStep").asLong(), 20, ended::toString);
        Optional<JsonNode> skip = StreamSupport.stream(
                        ended.json().get("recipe").spliterator(), false)
                .filter(one -> one.get("name").asText().startsWith("other batches"))
                .findFirst();
        assertTrue(skip.isPresent(), ended::toString);
    }
}
