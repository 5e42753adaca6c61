package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import observatory.analysis.alert.AlertStore;
import observatory.cli.alerts.AlertsCommand;
import observatory.stream.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** What {@code spectrum}, {@code plan}, {@code alerts} and a {@code train} that is refused print for a person and for a program. */
@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class ModelCommandsTest {
    @TempDir
    Path folder;

    private record Ran(int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            return Json.mapper().readTree(out);
        }
    }

    private static Ran run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream before = System.out;
        PrintStream beforeErr = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            return new Ran(
                    Observatory.run(arguments),
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(beforeErr);
            System.setOut(before);
        }
    }

    private Path checkpoint() throws IOException {
        String header = "{\"mlp.up.weight\":{\"dtype\":\"F32\",\"shape\":[96,64],\"data_offsets\":[0,24576]}}";
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 24576)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length())
                .put(header.getBytes(StandardCharsets.UTF_8));
        Random random = new Random(1);
        while (bytes.hasRemaining()) {
            bytes.putFloat((float) random.nextGaussian());
        }
        return Files.write(folder.resolve("model.safetensors"), bytes.array());
    }

    @Test
    void eachLanguageGetsALawThatLagTakes() throws IOException {
        StringBuilder csv = new StringBuilder("parameters,tokens,loss,language\n");
        for (double parameters : new double[] {1e8, 4e8, 1.6e9, 6.4e9}) {
            for (double ratio : new double[] {10, 30, 90}) {
                double tokens = ratio * parameters;
                double first = 1.7 + 400 / Math.pow(parameters, 0.34) + 400 / Math.pow(tokens, 0.28);
                double second = 2.3 + 300 / Math.pow(parameters, 0.30) + 900 / Math.pow(tokens, 0.30);
                csv.append(parameters + "," + tokens + "," + first + ",en\n");
                csv.append(parameters + "," + tokens + "," + second + ",sw\n");
            }
        }
        Path ladder = Files.writeString(folder.resolve("ladder.csv"), csv);
        String law = run("plan", "fit", ladder.toString(), "--bootstrap", "0")
                .out()
                .lines()
                .filter(line -> line.startsWith("sw "))
                .map(line -> line.substring(line.indexOf("--law ") + 6))
                .findFirst()
                .orElseThrow();
        double half = 2.3 + 300 / Math.pow(5e8, 0.30) + 900 / Math.pow(2e10, 0.30);
        Ran lag =
                run("plan", "lag", "--params", "1e9", "--tokens", "2e10", "--loss", "" + half, "--law", law, "--json");
        assertEquals(5e8, lag.json().path("parameters").asDouble(), 2e7, "half of what it is: " + law);
    }

    @Test
    void aCheckpointOfNoiseIsToldToBeNoiseAndDrawn() throws IOException {
        String file = checkpoint().toString();
        Ran text = run("spectrum", file, "--png", folder.resolve("png").toString());
        assertEquals(ExitCode.OK, text.exitCode());
        assertTrue(
                text.out().lines().anyMatch(line -> line.startsWith("mlp.up.weight") && line.endsWith("noise")),
                text::out);
        assertTrue(Files.size(folder.resolve("png/mlp.up.weight.png")) > 10_000);
        JsonNode layer = run("spectrum", file, "--json").json().path("layers").path(0);
        assertTrue(layer.path("alpha").isNull());
        assertEquals(64, layer.path("weightwatcher").path("num_evals").asInt());
        assertEquals(1, layer.path("edgeRatio").asDouble(), 0.15);
    }

    @Test
    void numbersGetOnePowerLaw() throws IOException {
        String numbers = IntStream.range(0, 500)
                .mapToObj(i -> Double.toString(Math.pow(1 - (i + 0.5) / 500, -1 / 1.5)))
                .collect(Collectors.joining("\n"));
        Path file = Files.writeString(folder.resolve("values.txt"), numbers);
        assertEquals(
                2.5,
                run("spectrum", file.toString(), "--json").json().path("alpha").asDouble(),
                0.01);
        assertTrue(run("spectrum", file.toString()).out().startsWith("alpha 2.50"));
    }

    @Test
    void aPlanSaysWhatABudgetBuys() throws IOException {
        Ran text = run("plan", "--flops", "5.76e23", "--gpus", "1024", "--tflops", "150");
        assertTrue(text.out().contains("72.2 B parameters, 1.33 T tokens (18.4 a parameter)"), text::out);
        JsonNode plan = run(
                        "plan",
                        "--params",
                        "1.5B",
                        "--tokens",
                        "200B",
                        "--tflops",
                        "116",
                        "--gpus",
                        "160",
                        "--json",
                        "--noise-scale",
                        "1M",
                        "--noise-loss",
                        "2.5")
                .json();
        assertEquals(4300, plan.path("deviceHours").asDouble(), 25);
        assertEquals(1.1, plan.path("days").asDouble(), 0.03);
        assertTrue(plan.path("megatron").asText().startsWith("0:32 "), plan::toString);
    }

    @Test
    void numbersAreTheSameInEveryLanguage() {
        Locale before = Locale.getDefault(Locale.Category.FORMAT);
        String[] plan = {"plan", "--flops", "5.76e23", "--gpus", "1024", "--tflops", "150"};
        try {
            Ran plain = run(plan);
            for (String language : List.of("de-DE", "ar-EG")) {
                Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag(language));
                assertEquals(plain, run(plan), language);
            }
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, before);
        }
    }

    @Test
    void aScoreAndALossAreReadAsSizes() throws IOException {
        Path evals =
                Files.writeString(folder.resolve("evals.json"), "{\"1000\":{\"results\":{\"a\":{\"acc\":0.4709}}}}");
        String said = run("plan", "size", evals.toString(), "--reference", "1.3B=45.30,6.7B=49.28")
                .out();
        assertTrue(said.contains("where a model of 2.72 B parameters should be"), said);
        JsonNode lag = run(
                        "plan",
                        "lag",
                        "--params",
                        "13B",
                        "--tokens",
                        "300B",
                        "--loss",
                        "2.126539",
                        "--law",
                        "hoffmann",
                        "--json")
                .json();
        assertEquals(6.7e9, lag.path("parameters").asDouble(), 1e7);
    }

    @Test
    void aSilenceIsMadeListedAndEnded() throws Exception {
        String data = folder.toString();
        try (AlertStore store = new AlertStore(AlertsCommand.database(folder))) {
            assertEquals(0, store.silences(Instant.now()).size());
        }
        String id = run("alerts", "silence", "run=mine", "--for", "1h", "--comment", "new data", "--data-dir", data)
                .out()
                .strip();
        JsonNode silence = run("alerts", "list", "--data-dir", data, "--json")
                .json()
                .path("silences")
                .path(0);
        assertEquals(id, silence.path("id").asText());
        assertEquals("mine", silence.path("match").path("run").asText());
        assertTrue(Instant.parse(silence.path("until").asText()).isAfter(Instant.now()));
        assertTrue(run("alerts", "list", "--data-dir", data).out().contains("new data"));
        assertEquals(
                ExitCode.OK,
                run("alerts", "silence", "--end", id, "--data-dir", data).exitCode());
        assertEquals(
                ExitCode.USAGE,
                run("alerts", "silence", "--end", id, "--data-dir", data).exitCode());
        for (String nothing : List.of("rnu=mine", "alertname=loss_spike", "severity=high")) {
            Ran refused = run("alerts", "silence", nothing, "--data-dir", data);
            assertEquals(ExitCode.USAGE, refused.exitCode());
            assertTrue(refused.err().contains(nothing + " would silence nothing: `"), refused::err);
        }
        assertEquals(
                ExitCode.USAGE,
                run("alerts", "silence", "run=mine", "--for", "0s", "--data-dir", data)
                        .exitCode());
    }

    @Test
    void receiversAreTriedAndAFailureIsAnExitCode() throws IOException {
        Path file = Files.writeString(
                folder.resolve("alerts.yaml"),
                "receivers: [{name: good, type: command, command: ['true']}, {name: bad, type: command, command: ['false']}]");
        assertEquals(
                ExitCode.OK,
                run("alerts", "test", "good", "--alerts", file.toString()).exitCode());
        Ran both = run("alerts", "test", "--alerts", file.toString());
        assertEquals(ExitCode.CANNOT_CONNECT, both.exitCode());
        assertTrue(both.out().contains("refused: false ended with 1"), both::out);
        assertEquals(
                ExitCode.USAGE,
                run("alerts", "test", "maybe", "--alerts", file.toString()).exitCode());
        Ran oneOfThem = run("alerts", "test", "good", "maybe", "--alerts", file.toString());
        assertEquals(ExitCode.USAGE, oneOfThem.exitCode());
        assertTrue(oneOfThem.err().contains("has no receiver maybe; there are good, bad"), oneOfThem::err);
    }

    @Test
    void onlyARunWithACheckpointIsSaidToBeOneToGoOnWith() throws IOException {
        Path run = Files.createDirectories(folder.resolve("checkpoints/again"));
        String[] train = {"train", "--run", "again", "--data-dir", folder.toString()};
        Ran without = run(train);
        Files.createDirectory(run.resolve("step-00000100"));
        Ran with = run(train);

        assertEquals(List.of(ExitCode.USAGE, ExitCode.USAGE), List.of(without.exitCode(), with.exitCode()));
        assertTrue(without.err().contains("it has no checkpoint to go on from: choose another --run"), without.err());
        assertTrue(with.err().contains("go on with it by --resume " + run + ", or choose another --run"), with.err());
    }
}
