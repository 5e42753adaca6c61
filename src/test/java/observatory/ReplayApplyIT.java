package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.control.Audit;
import observatory.stream.control.AuditLog;
import observatory.stream.control.Keys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that goes on behind a broker, is told a learning rate it cannot bear, and is judged by `watch`: what a replay
 * of its incident finds best is given to it, by an operator whom it trusts and by nobody else.
 */
class ReplayApplyIT {
    private static final int SURGE = 60;

    @TempDir
    Path scratch;

    private Path state;

    private Path key(String operator) throws IOException {
        Path key = scratch.resolve(operator + ".key");
        Keys.create(key, operator);
        return key;
    }

    private Program train(Path publicKey) throws IOException {
        return Program.start(
                scratch,
                "train",
                "--run",
                "live",
                "--backend",
                "cpu",
                "--threads",
                "1",
                "--steps",
                "1000000",
                "--layers",
                "1",
                "--heads",
                "2",
                "--width",
                "32",
                "--context",
                "32",
                "--warmup",
                "20",
                "--fault",
                "lr-surge@" + SURGE,
                "--checkpoint-every",
                "20",
                "--keep",
                "5000",
                "--control-key",
                publicKey.toString());
    }

    private Program.Ended replay(Path log, Path key) throws Exception {
        return Program.run(
                scratch,
                "replay",
                log.toString(),
                "--json",
                "--quiet",
                "--repeats",
                "4",
                "--apply",
                "--key",
                key.toString());
    }

    @Test
    void whatCameOutBestIsGivenToTheRunOnceAndOnlyByWhomItTrusts() throws Exception {
        state = scratch.resolve("state/observatory");
        Path alice = key("alice");
        Path mallory = key("mallory");
        Path log;
        try (Program broker = Program.start(scratch, "broker", "--port", "0")) {
            Path address = state.resolve("broker/broker.address");
            broker.await("the broker has an address", () -> Files.exists(address));
            Connection connection = Connection.to(Files.readString(address).strip());
            try (Program watch = Program.start(scratch, "watch")) {
                watch.awaitSaying("watching every run");
                try (Program training = train(Keys.publicFile(alice))) {
                    training.await(
                            "an incident at the surge is over", () -> spikeLog().isPresent());
                    log = spikeLog().orElseThrow();

                    Program.Ended forged = replay(log, mallory);
                    assertEquals(5, forged.exitCode(), forged::toString);
                    assertTrue(forged.err().contains("no key that this run trusts"), forged::toString);

                    Program.Ended given = replay(log, alice);
                    assertEquals(0, given.exitCode(), given::toString);
                    JsonNode best = StreamSupport.stream(
                                    given.json().get("interventions").spliterator(), false)
                            .filter(one -> one.get("best").asBoolean())
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(given.toString()));
                    List<String> commands = new ArrayList<>();
                    best.get("commands").forEach(one -> commands.add(one.asText()));
                    assertFalse(commands.isEmpty(), given::toString);

                    List<Audit> audited = AuditLog.entries(connection, Topics.STANDARD);
                    assertEquals(
                            commands,
                            audited.stream()
                                    .filter(entry -> entry.result().equals("accepted"))
                                    .map(Audit::what)
                                    .toList());
                    assertTrue(
                            audited.stream()
                                    .allMatch(entry -> entry.who().equals("alice")
                                            || entry.result().equals("refused")),
                            audited::toString);
                    assertObeyed(connection, best);
                    training.interrupt();
                    assertEquals(130, training.await().exitCode());
                }
                Program.Ended late = replay(log, alice);
                assertEquals(4, late.exitCode(), late::toString);
                assertTrue(late.err().contains("no answer from live"), late::toString);
                watch.interrupt();
                assertEquals(130, watch.await().exitCode());
            }
            broker.interrupt();
            assertEquals(130, broker.await().exitCode());
        }
    }

    /** The run says that it applied them, went back to the checkpoint, and trains at the rate it was given. */
    private static void assertObeyed(Connection connection, JsonNode best) throws IOException {
        List<Telemetry> run = new ArrayList<>();
        try (FrameReader reader = new FrameReader(connection, Topics.STANDARD, Optional.of(new RunId("live")))) {
            while (!reader.atTheEnd()) {
                run.addAll(reader.poll());
            }
        }
        List<RunEvent> answers = run.stream()
                .filter(RunEvent.class::isInstance)
                .map(RunEvent.class::cast)
                .filter(event -> event.kind() == RunEvent.Kind.COMMAND)
                .toList();
        assertEquals(best.get("commands").size(), answers.size(), answers::toString);
        for (RunEvent answer : answers) {
            assertEquals("applied", answer.details().get("outcome"), answer::toString);
            assertEquals("alice", answer.details().get("operator"), answer::toString);
        }
        List<Frame> again = run.stream()
                .filter(item -> item instanceof Frame && item.origin().incarnation() == 1)
                .map(Frame.class::cast)
                .toList();
        assertFalse(again.isEmpty(), "the run went back to a checkpoint");
        assertTrue(again.getFirst().step() < SURGE, () -> "it begins again before the surge: " + again.getFirst());
        double before = rate(run, again.getFirst().step(), 0);
        double now = rate(run, again.getFirst().step(), 1);
        assertTrue(now < before, "it was told a lower rate than " + before + ": " + now);
    }

    private static double rate(List<Telemetry> run, long step, int incarnation) {
        return run.stream()
                .filter(item -> item instanceof Frame
                        && item.step() == step
                        && item.origin().incarnation() == incarnation)
                .map(item ->
                        ((Frame) item).scalars().find(Scalars.LEARNING_RATE).orElseThrow())
                .findFirst()
                .orElseThrow();
    }

    /** Of the incident that the surge makes. */
    private Optional<Path> spikeLog() {
        Path folder = state.resolve("spikes");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> logs = Files.list(folder)) {
            return logs.filter(log -> log.toString().endsWith(".jsonl"))
                    .filter(log -> Long.parseLong(log.getFileName().toString().split("-")[2]) >= SURGE - 2)
                    .min(Comparator.comparing(Path::toString));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
