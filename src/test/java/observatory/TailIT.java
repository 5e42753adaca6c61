package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.stream.FrameReader;
import observatory.stream.cluster.Topics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any log becomes a live run: what is written to it is in Kafka a moment later, once, also when it is followed again.
 */
class TailIT {
    private static final String LINE = "{'loss': %s, 'grad_norm': 1.5, 'learning_rate': 5e-05, 'epoch': 0.02}%n";

    @TempDir
    Path scratch;

    @Test
    void aLogIsFollowedIntoKafkaWhileItGrows() throws Exception {
        Path log = Files.writeString(scratch.resolve("my-run.log"), LINE.formatted("3.5"));
        try (Program broker = Program.start(scratch, "broker", "--port", "0")) {
            broker.awaitSaying("the broker runs");
            String bootstrap = broker.printed().strip();
            try (Program tail = Program.start(scratch, "tail", log.toString());
                    FrameReader reader = new FrameReader(bootstrap, Topics.STANDARD, Optional.empty())) {
                assertEquals(List.of(3.5), losses(reader, 1));
                append(log, LINE.formatted("3.25") + LINE.formatted("nan").substring(0, 10));
                assertEquals(List.of(3.25), losses(reader, 1));
                append(log, LINE.formatted("nan").substring(10));
                assertEquals(List.of(Double.NaN), losses(reader, 1));
                tail.interrupt();
                Program.Ended ended = tail.await();
                assertEquals(130, ended.exitCode(), ended::toString);
                assertTrue(ended.err().contains("3 steps read and sent"), ended::toString);
            }
            append(log, LINE.formatted("3.0"));
            Program.Ended again = Program.run(scratch, "tail", log.toString(), "--once");
            assertEquals(0, again.exitCode(), again::toString);
            try (FrameReader reader = new FrameReader(bootstrap, Topics.STANDARD, Optional.empty())) {
                assertEquals(
                        List.of(3.5, 3.25, Double.NaN, 3.0),
                        losses(reader, 4),
                        "what comes twice is told by its number");
            }
            Program.Ended runs = Program.run(scratch, "runs", "--json");
            assertEquals("detached", runs.json().path(0).path("state").asText(), runs::toString);
        }
    }

    @Test
    void whoReadsThroughHeadEndsIt() throws Exception {
        Path log = Files.writeString(
                scratch.resolve("long.log"), LINE.formatted("3.5").repeat(10_000));
        try (Program tail = Program.shell(
                scratch,
                "OBSERVATORY_START_CACHE=off " + Program.home().resolve("observatory") + " tail --quiet --jsonl " + log
                        + " | head -n 1; echo ${PIPESTATUS[0]}")) {
            Program.Ended ended = tail.await();
            assertEquals("141", ended.out().lines().toList().get(1), ended::toString);
            assertEquals("", ended.err(), ended::toString);
        }
    }

    private static List<Double> losses(FrameReader reader, int count) {
        List<Double> losses = new ArrayList<>();
        Instant deadline = Instant.now().plus(Duration.ofMinutes(2));
        while (losses.size() < count && Instant.now().isBefore(deadline)) {
            reader.poll().forEach(item -> {
                if (item instanceof Frame frame) {
                    losses.add(frame.scalars().find(Scalars.LOSS).orElseThrow());
                }
            });
        }
        return losses;
    }

    private static void append(Path log, String text) throws IOException {
        Files.writeString(log, text, StandardOpenOption.APPEND);
    }
}
