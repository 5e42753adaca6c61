package observatory.stream.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import observatory.probe.Origin;
import observatory.probe.Telemetry;
import observatory.stream.Await;
import observatory.stream.Frames;
import observatory.stream.wire.Codec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final long SEED = 11;
    private static final int KILLS = 20;
    private static final UUID WRITER = new UUID(3, 4);
    private static final Destination THERE = new Destination("observatory.", "127.0.0.1:9092", "one");
    private static final Origin ORIGIN = Frames.origin("run", WRITER);

    @TempDir
    Path folder;

    @Test
    void withoutABrokerEverythingIsKept() throws Exception {
        try (Spool spool = new Spool(folder, WRITER, 1L << 30)) {
            for (int i = 0; i < 100; i++) {
                assertTrue(spool.offer(Frames.frame(ORIGIN, i)));
            }
            Await.until("the capture thread", () -> spool.store().lastKey() == Row.key(99, 0));
            assertEquals(new Spool.Counts(100, 0, 100, 0, 0, 0), spool.counts());
            assertFalse(spool.drain(Duration.ofMillis(20)), "nobody took it");
            assertThrows(IOException.class, () -> new Spool(folder, WRITER, 1), "one writer, one process");
        }
        try (Spool next = new Spool(folder, new UUID(5, 6), 1L << 30)) {
            assertEquals(1, next.inherited(THERE, sentence -> {}).ours().size(), "the next process finds it");
            List<Row> rows = Rows.all(
                    next.inherited(THERE, sentence -> {}).ours().getFirst().store());
            assertEquals(100, rows.size());
            assertEquals(Frames.frame(ORIGIN, 42), Codec.decode(rows.get(42).body()));
        }
    }

    /** As of a trainer that is attached to again while the broker is still away. */
    @Test
    void theSameWriterOnceMoreNumbersWhatComesBehindWhatIsThere() throws Exception {
        List<Telemetry> told = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            try (Spool spool = new Spool(folder, WRITER, 1L << 30)) {
                for (int i = 0; i < 10; i++) {
                    told.add(Frames.frame(ORIGIN, told.size()));
                    assertTrue(spool.offer(told.getLast()));
                }
                Await.until("the capture thread", () -> spool.kept() == 10);
                assertEquals("", spool.trouble());
                assertEquals(new Spool.Counts(10, 0, 10, 0, 0, 0), spool.counts());
            }
        }
        List<Telemetry> found = new ArrayList<>();
        try (Spool next = new Spool(folder, new UUID(5, 6), 1L << 30)) {
            for (Leftover leftover : next.inherited(THERE, sentence -> {}).ours()) {
                for (Row row : Rows.all(leftover.store())) {
                    found.add(Codec.decode(row.body()));
                }
            }
        }
        assertEquals(told, found);
    }

    @Test
    void aClosedSpoolRefusesAndCounts() throws Exception {
        Spool spool = new Spool(folder, WRITER, 1L << 30);
        spool.close();
        assertFalse(spool.offer(Frames.frame(ORIGIN, 0)));
        assertEquals(1, spool.counts().refused());
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList(), "an empty spool leaves nothing behind");
        }
    }

    @Test
    void aFullRingSaysSo() {
        Ring<Integer> ring = new Ring<>(4);
        for (int i = 0; i < 4; i++) {
            assertTrue(ring.offer(i));
        }
        assertFalse(ring.offer(4));
        assertEquals(0, ring.poll());
        assertTrue(ring.offer(4));
        for (int i = 1; i <= 4; i++) {
            assertEquals(i, ring.poll());
        }
        assertEquals(null, ring.poll());
    }

    @Test
    void whatWasOnDiskSurvivesEveryKill() throws Exception {
        killWriters(KILLS);
    }

    @Test
    @Tag("soak")
    void whatWasOnDiskSurvivesTwoHundredKills() throws Exception {
        killWriters(10 * KILLS);
    }

    private void killWriters(int kills) throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < kills; round++) {
            Path spools = folder.resolve("round" + round);
            UUID writer = new UUID(SEED, round);
            long safe = killAfterItSpooled(spools, writer, 1 + random.nextInt(20));
            try (Spool next = new Spool(spools, new UUID(0, round), 1L << 30)) {
                Store left =
                        next.inherited(THERE, sentence -> {}).ours().getFirst().store();
                long seq = 0;
                for (Row row : Rows.all(left)) {
                    if (row.kind() == Row.Kind.FRAME) {
                        Telemetry item = Codec.decode(row.body());
                        assertEquals(seq++, item.seq(), "in order, none twice: seed " + SEED + ", round " + round);
                    }
                }
                assertTrue(seq > safe, "lost: " + safe + " was on disk, " + seq + " came back; seed " + SEED);
                assertEquals(0, left.counts().corrupt());
            }
        }
    }

    /** Kills the writer after so many reports; returns the last row it said to be on disk. */
    private static long killAfterItSpooled(Path spools, UUID writer, int reports)
            throws IOException, InterruptedException {
        Path said = Files.createTempFile(spools.getParent(), "said", ".txt");
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SpoolWriter.class.getName(),
                        spools.toString(),
                        writer.toString())
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Await.until(
                "the writer's reports",
                () -> reports(said).size() > reports && reports(said).getLast() > 0);
        child.destroyForcibly().waitFor();
        return reports(said).getLast();
    }

    /** The complete lines of the writer so far. */
    private static List<Long> reports(Path said) {
        try {
            String text = Files.readString(said);
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(Long::valueOf)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
