package observatory.stream.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import observatory.stream.Frames;
import observatory.stream.wire.Manifest;
import observatory.stream.wire.Measures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeJournalTest {
    private static final long SEED = 20261127;
    private static final int RANKS = 3;
    private static final int STEPS = 4;
    private static final int ITEMS = RANKS * (STEPS + 1);

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private long now = 5;

    /**
     * Killed after each item that was handed on, and read again in another order and with other ranks late:
     * whoever takes the first of each number has counted what every rank measured once, as data-parallel ranks
     * and as tensor-parallel ones.
     */
    @Test
    void killedAtEachPointWhatIsHandedOnAgainIsWhatItWas() throws Exception {
        for (boolean tensor : new boolean[] {false, true}) {
            for (int round = 0; round < 2; round++) {
                for (int kill = 0; kill <= ITEMS; kill++) {
                    String what = "seed " + SEED + ", round " + round + ", tensor " + tensor + ", killed after " + kill;
                    Path file = folder.resolve(what.replaceAll("\\W+", "-"));
                    Map<List<Object>, Telemetry> first = new HashMap<>();
                    carry(file, tensor, kill, first, what);
                    carry(file, tensor, random.nextInt(ITEMS + 1), first, what);
                    carry(file, tensor, ITEMS, first, what);
                    assertEquals(ITEMS, first.size(), what);
                    assertEquals(tensor ? STEPS * RANKS : STEPS * (1 + 2 + 3), counted(first, tensor), what);
                    Files.delete(file);
                }
            }
        }
    }

    /** One life of a relay, which reads all and hands on so many items. */
    private void carry(Path file, boolean tensor, int kill, Map<List<Object>, Telemetry> first, String what)
            throws IOException {
        List<Telemetry> handed = new ArrayList<>();
        try (MergeJournal journal = MergeJournal.open(file, writer -> true)) {
            StepJoin join = new StepJoin(() -> now, journal);
            int[] next = new int[RANKS];
            for (int read = 0; read < ITEMS && handed.size() < kill; read++) {
                int rank = random.nextInt(RANKS);
                while (next[rank] > STEPS) {
                    rank = (rank + 1) % RANKS;
                }
                hand(join.add(item(rank, next[rank]++, tensor)), journal, handed);
                now += random.nextInt(8) == 0 ? Duration.ofSeconds(3).toNanos() : 1000;
            }
            if (handed.size() < kill) {
                hand(join.release(false), journal, handed);
                hand(join.release(true), journal, handed);
                assertEquals(ITEMS, handed.size(), what);
            }
        }
        for (Telemetry item : handed.subList(0, Math.min(kill, handed.size()))) {
            Telemetry before = first.putIfAbsent(List.of(item.origin(), item.seq()), item);
            if (before != null) {
                assertEquals(before, item, what);
            }
        }
    }

    private static void hand(List<Telemetry> ready, MergeJournal journal, List<Telemetry> handed) {
        journal.commit();
        assertEquals("", journal.trouble());
        handed.addAll(ready);
    }

    /** The sum of all values; of tensor-parallel ranks, each of which holds the same, by how many held them. */
    private static double counted(Map<List<Object>, Telemetry> items, boolean tensor) {
        double sum = 0;
        for (Telemetry item : items.values()) {
            if (item instanceof Frame frame) {
                double ranks = tensor ? frame.scalars().find(ShardMerge.RANKS).orElse(1) : 1;
                sum += frame.sites()
                        .column("nan")
                        .map(column -> column.values()[0] * ranks)
                        .orElse(0.0);
            }
        }
        return sum;
    }

    @Test
    void aRelayThatBeginsInTheMiddleKnowsTheRanksFromThePlacesTheyToldTheOneBefore() throws Exception {
        Path file = folder.resolve("middle");
        try (MergeJournal journal = MergeJournal.open(file, writer -> true)) {
            StepJoin join = new StepJoin(() -> now, journal);
            Map<Origin, Long> upTo = new HashMap<>();
            for (int seq = 0; seq < 2; seq++) {
                for (int rank = 0; rank < RANKS; rank++) {
                    hand(join.add(item(rank, seq, true)), journal, new ArrayList<>());
                    upTo.put(origin(rank), (long) seq);
                }
            }
            journal.delivered(upTo);
        }
        try (MergeJournal journal = MergeJournal.open(file, writer -> true)) {
            assertTrue(journal.delivered(item(1, 1, true)));
            assertEquals(OptionalLong.empty(), journal.group((Frame) item(1, 1, true)), "need not be known any more");
            StepJoin join = new StepJoin(() -> now, journal);
            assertEquals(List.of(), join.add(item(0, 2, true)), "waits for those that it has not heard yet");
            assertEquals(List.of(), join.add(item(1, 2, true)));
            Frame lead = (Frame) join.add(item(2, 2, true)).getFirst();
            assertEquals(1, lead.sites().column("nan").orElseThrow().values()[0], "copies, not added up");
        }
        try (MergeJournal journal =
                MergeJournal.open(file, writer -> writer.equals(origin(2).writer()))) {
            assertEquals(List.of(item(2, 0, true)), journal.starts(new RunId("killed"), 0), "the others are gone");
            assertEquals(List.of(), journal.starts(new RunId("killed"), 1));
        }
    }

    @Test
    void whatWasMergedWithWhatIsLostGoesOnAsItIs() throws Exception {
        Path file = folder.resolve("lost");
        try (MergeJournal journal = MergeJournal.open(file, writer -> true)) {
            journal.merged(List.of((Frame) item(0, 1, false), (Frame) item(1, 1, false)));
            journal.commit();
        }
        try (MergeJournal journal = MergeJournal.open(file, writer -> true)) {
            StepJoin join = new StepJoin(() -> now, journal);
            assertEquals(List.of(), join.add(item(0, 1, false)));
            assertEquals(List.of(), join.release(true), "not all was read");
            assertEquals(List.of(item(0, 1, false)), join.release(false));
        }
    }

    @Test
    void aFileThatIsNoJournalIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("damaged"), "not a database, and long enough to be told from one");
        IOException error = assertThrows(IOException.class, () -> MergeJournal.open(file, writer -> true));
        assertTrue(error.getMessage().contains(file.toString()), error.getMessage());
        assertTrue(error.getMessage().contains("delete that file"), error.getMessage());
    }

    /**
     * First a start, then a frame of each step, in which each rank has counted one more than its number, or all one.
     */
    private static Telemetry item(int rank, int seq, boolean tensor) {
        if (seq == 0) {
            Manifest.Place place =
                    tensor ? new Manifest.Place(rank, 0, rank, 0, 0, 0) : Manifest.Place.dataParallel(rank);
            Manifest manifest = new Manifest(List.of(place), Measures.builtIn(), new TreeMap<>());
            return RunEvent.of(origin(rank), 0, 0, Instant.EPOCH, RunEvent.Kind.START, manifest.details());
        }
        Sites sites = new Sites(
                List.of(Site.of(Hook.RESIDUAL, 0)),
                List.of(new Column("nan", new int[] {0}, new double[] {tensor ? 1 : 1 + rank})));
        Frame plain = Frames.frame(origin(rank), seq);
        return new Frame(plain.origin(), seq, seq, plain.time(), plain.scalars(), sites, Optional.empty());
    }

    private static Origin origin(int rank) {
        return new Origin(new RunId("killed"), 0, new UUID(7, rank), rank);
    }
}
