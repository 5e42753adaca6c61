package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The main job: a model is trained, broken on purpose, watched through a real broker, and what happened is found. */
class DemoIT {
    @TempDir
    Path scratch;

    /** What the README begins with, told to say what it found. */
    @Test
    void aBadBatchIsFoundAtItsStepAndNothingIsLost() throws Exception {
        Program.Ended ended = Program.run(scratch, "demo", "--headless", "--json");
        JsonNode result = complete(ended, 400);
        JsonNode incident = incidents(result)
                .filter(one -> !one.get("severity").asText().equals("info"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no incident: " + ended));
        assertTrue(
                firstStep(incident) >= 250 && firstStep(incident) <= 255,
                () -> "the first incident is not of the fault at step 250: " + ended);
        assertTrue(incident.get("summary").asText().contains("step"), incident::toString);
        assertTrue(Files.size(Path.of(result.get("report").asText())) > 10_000, "the report has charts");
        long above = incidents(result)
                .filter(one -> !one.get("severity").asText().equals("info"))
                .count();
        assertEquals(above, count(result.get("spikeLogs")), "a spike log for each incident above info");

        JsonNode replay = result.get("replay");
        assertEquals("data-driven", replay.get("verdict").asText(), ended::toString);
        assertTrue(replay.get("errorProbability").asDouble() <= 0.05, ended::toString);
        assertTrue(replay.get("reproduction").get("same").asBoolean(), ended::toString);
        assertTrue(Files.size(Path.of(replay.get("report").asText())) > 10_000, "its page has charts");

        Program.Ended runs = Program.run(scratch, "runs", "--json");
        assertEquals(result.get("run"), runs.json().get(0).get("run"), runs::toString);
    }

    @ParameterizedTest
    @CsvSource({"nan, non_finite, layer", "fp16-overflow, overflow, layer"})
    void whatIsNotFiniteIsFoundWithItsPlace(String fault, String kind, String place) throws Exception {
        Program.Ended ended = small("--no-replay", "--steps", "60", "--fault", fault + "@50");
        JsonNode incident = incidents(complete(ended, 60))
                .filter(one -> one.get("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no incident of kind " + kind + ": " + ended));
        assertEquals(50, firstStep(incident), ended::toString);
        assertTrue(incident.get("summary").asText().contains(place), incident::toString);
    }

    @Test
    void aHealthyRunIsLeftInPeaceAndASecondRunKeepsTheFirst() throws Exception {
        Program.Ended first = small("--steps", "300", "--fault", "none");
        assertEquals(
                Optional.empty(),
                incidents(complete(first, 300))
                        .filter(one -> !one.get("severity").asText().equals("info"))
                        .findFirst(),
                first::toString);

        Program.Ended second = small("--steps", "20", "--fault", "none", "--seed", "2");
        complete(second, 20);
        JsonNode runs = Program.run(scratch, "runs", "--json").json();
        assertEquals(2, count(runs), runs::toString);
        assertEquals(first.json().get("run"), runs.get(0).get("run"));
        assertEquals(300, runs.get(0).get("lastStep").asInt());
        assertEquals(second.json().get("run"), runs.get(1).get("run"));
    }

    /** Of a model whose steps take a fifth of the time. */
    private Program.Ended small(String... more) throws Exception {
        List<String> all = new ArrayList<>(List.of("demo", "--headless", "--json", "--layers", "2", "--width", "64"));
        all.addAll(List.of(more));
        return Program.run(scratch, all.toArray(String[]::new));
    }

    private static JsonNode complete(Program.Ended ended, int steps) throws IOException {
        assertEquals(0, ended.exitCode(), ended::toString);
        JsonNode result = ended.json();
        assertEquals(steps, result.get("steps").asInt(), ended::toString);
        JsonNode frames = result.get("frames");
        assertEquals(steps, frames.get("captured").asInt(), "one frame per step");
        assertEquals(steps, frames.get("delivered").asInt(), ended::toString);
        assertEquals(0, frames.get("lost").asInt(), ended::toString);
        assertTrue(result.get("tokensPerSecond").asDouble() > 0, ended::toString);
        assertTrue(result.get("overheadRatio").asDouble() > 0, "watching costs something, and that is measured");
        return result;
    }

    private static Stream<JsonNode> incidents(JsonNode result) {
        return StreamSupport.stream(result.get("incidents").spliterator(), false);
    }

    private static long firstStep(JsonNode incident) {
        return incident.get("firstStep").asLong();
    }

    private static int count(JsonNode list) {
        return list.size();
    }
}
