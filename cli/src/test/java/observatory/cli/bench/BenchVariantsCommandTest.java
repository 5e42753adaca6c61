package observatory.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;
import observatory.cli.Observatory;
import observatory.stream.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import picocli.CommandLine;

/** Real runs of the whole command, of ten steps each. */
@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class BenchVariantsCommandTest {
    private static final List<String> TINY = List.of(
            "bench",
            "variants",
            "position=rotary",
            "--rates=0.01,10",
            "--layers=1",
            "--width=8",
            "--context=8",
            "--steps=10",
            "--backend=cpu");

    @TempDir
    Path folder;

    private record Ran(int exitCode, String out, String err) {}

    private static Ran run(String... more) {
        List<String> arguments = new ArrayList<>(TINY);
        arguments.addAll(List.of(more));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream before = System.out;
        PrintStream beforeErr = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            CommandLine line = Observatory.commandLine();
            return new Ran(
                    line.execute(arguments.toArray(String[]::new)),
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(beforeErr);
            System.setOut(before);
        }
    }

    private static JsonNode json(Ran ran) throws IOException {
        assertEquals(0, ran.exitCode, ran.err);
        return Json.mapper().readTree(ran.out);
    }

    /** The runs of one seed, in an order of their own. */
    private static List<JsonNode> runs(JsonNode study, long seed) {
        return StreamSupport.stream(study.path("runs").spliterator(), false)
                .filter(run -> run.path("seed").asLong() == seed)
                .sorted(Comparator.comparing(JsonNode::toString))
                .toList();
    }

    @Test
    void trainsOnceAndTellsTheSameWithAnyNumberOfThreads() throws IOException {
        Path file = folder.resolve("runs.jsonl");
        JsonNode two = json(run("--json", "--seeds=2", "--threads=2", "--runs=" + file));
        assertEquals(2 * 2 * 2, two.path("runs").size());
        assertEquals(runs(two, 1), runs(json(run("--json", "--seeds=1", "--threads=1")), 1));
        checkSensitivity(two);

        List<String> lines = Files.readAllLines(file);
        assertEquals(8, lines.size());
        Ran page = run("--seeds=2", "--runs=" + file);
        assertEquals(0, page.exitCode, page.err);
        assertTrue(page.out.contains("| position=rotary | "), page.out);
        assertEquals(lines, Files.readAllLines(file), "all runs were there");
    }

    /** Again, from the runs. */
    private static void checkSensitivity(JsonNode study) {
        double over = 0;
        for (long seed = 1; seed <= 2; seed++) {
            double best = Double.POSITIVE_INFINITY;
            double sum = 0;
            for (JsonNode run : runs(study, seed)) {
                if (run.path("variant").asText().equals("position=rotary")) {
                    double loss = Math.min(
                            run.path("finalLoss").asDouble(),
                            run.path("initialLoss").asDouble());
                    best = Math.min(best, loss);
                    sum += loss;
                    assertEquals(10, run.path("steps").asInt());
                    assertTrue(run.path("attentionLogit").asDouble() > 0, run::toString);
                }
            }
            over += sum / 2 - best;
        }
        JsonNode rotary = study.at("/variants/1");
        assertEquals("position=rotary", rotary.path("variant").asText());
        assertEquals(over / 2, rotary.at("/sensitivity/mean").asDouble(), 1e-12);
    }
}
