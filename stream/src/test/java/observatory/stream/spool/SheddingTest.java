package observatory.stream.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Telemetry;
import observatory.stream.Frames;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a spool that is written far beyond its limit while no broker comes. */
class SheddingTest {
    private static final int SITES = 400;
    private static final long LIMIT = 48L << 20;
    private static final long SEGMENT = 16L << 20;

    @TempDir
    Path folder;

    /** 27 KB a frame, of which four fifths are histogram bins. */
    @Test
    void beyondItsLimitTheLeastValuableGoesFirst() throws IOException {
        try (Store store = new Store(folder, LIMIT)) {
            int written = fill(store, 2600);
            List<Telemetry> left = decoded(Rows.all(store));
            assertEquals(written, store.counts().held(), "no item is lost while columns can go");
            assertEquals(0, store.counts().shed());
            Frame old = (Frame) left.getFirst();
            assertTrue(old.sites().column("rms").isPresent(), "layers go after histograms");
            assertTrue(old.sites().column("histogram_bin0").isEmpty());
            assertEquals(4.0 * SITES, old.scalars().find(Shedding.VALUES).orElseThrow(), "it says what it lost");
            assertTrue(((Frame) left.get(left.size() - 2))
                    .sites()
                    .column("histogram_bin0")
                    .isPresent());
        }
    }

    @Test
    void whenNothingElseIsLeftFramesGoAndEventsStay() throws IOException {
        try (Store store = new Store(folder, 20L << 20)) {
            int events = 0;
            int item = 0;
            while (store.counts().shed() < 5000) {
                List<Row> rows = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    boolean event = item % 100 == 99;
                    events += event ? 1 : 0;
                    // Large scalars only, so that there are no columns to give up.
                    rows.add(
                            event
                                    ? Rows.wide(item, 0)
                                    : Row.of(
                                            item, Row.Kind.FRAME, Codec.smile(Frames.scalars(Rows.ORIGIN, item, 100))));
                    item++;
                }
                store.append(rows);
                assertTrue(bytesOnDisk() <= (20L << 20) + SEGMENT + (2L << 20), "on disk: " + bytesOnDisk());
            }
            assertEquals(item, store.counts().held() + store.counts().shed(), "to the unit");
            List<Telemetry> left = decoded(Rows.all(store));
            long noticed = 0;
            long next = 0;
            int eventsLeft = 0;
            for (Telemetry one : left) {
                if (one instanceof RunEvent event && event.kind() == RunEvent.Kind.LOST) {
                    assertEquals(next, Long.parseLong(event.details().get("fromSeq")));
                    assertEquals(event.seq(), Long.parseLong(event.details().get("toSeq")));
                    assertEquals("frames", event.details().get("tier"));
                    noticed += Long.parseLong(event.details().get("count"));
                } else {
                    assertEquals(next, one.seq(), "what is not there is noticed");
                    eventsLeft += one instanceof RunEvent ? 1 : 0;
                }
                next = one.seq() + 1;
            }
            assertEquals(item, next);
            assertEquals(store.counts().shed(), noticed);
            assertEquals(events, eventsLeft, "events are the last to go");
            assertEquals(
                    store.counts().held(),
                    Rows.drain(store).stream().filter(Row::counts).count());
            assertEquals(item, store.counts().delivered() + store.counts().shed());
        }
    }

    @Test
    void whatIsOnItsWayToTheBrokerIsNotGivenUp() {
        try (Store store = new Store(folder, SEGMENT)) {
            store.append(List.of(Rows.wide(0, SITES), Rows.wide(1, SITES)));
            Store.Found found = store.after(-1, 2, 1L << 20);
            int written = fillFrom(store, 2, 2000);
            store.acknowledge(found.upTo(), 0);
            assertEquals(2, store.counts().delivered());
            assertEquals(written, 2 + store.counts().held() + store.counts().shed());
        }
    }

    @Test
    void countsSurviveARestart() {
        long held;
        try (Store store = new Store(folder, LIMIT / 2)) {
            fill(store, 2400);
            held = store.counts().held();
        }
        try (Store store = new Store(folder, LIMIT / 2)) {
            assertEquals(new Ledger.Counts(0, held, 0, 0), store.counts(), "what was shed on purpose is not corrupt");
        }
    }

    private int fill(Store store, int items) {
        return fillFrom(store, 0, items);
    }

    private static int fillFrom(Store store, int from, int upTo) {
        for (int item = from; item < upTo; item += 50) {
            List<Row> rows = new ArrayList<>();
            for (int i = item; i < Math.min(upTo, item + 50); i++) {
                rows.add(Rows.wide(i, SITES));
            }
            store.append(rows);
        }
        return upTo;
    }

    private static List<Telemetry> decoded(List<Row> rows) {
        return rows.stream()
                .map(row -> {
                    try {
                        return Codec.decode(row.body());
                    } catch (CodecException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
