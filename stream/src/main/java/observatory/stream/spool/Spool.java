package observatory.stream.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import observatory.probe.Frame;
import observatory.probe.FrameSink;
import observatory.probe.Telemetry;
import observatory.stream.Lock;
import observatory.stream.wire.Codec;

/**
 * Telemetry between the trainer and the broker. The training thread puts an item into a ring and goes on; a capture
 * thread encodes it and keeps it in a {@link Store} on disk; a {@link Sender} empties that in order. What a killed
 * process left in the same folder is sent first by the next. Nothing here ever throws at, or waits for, a trainer.
 */
public final class Spool implements FrameSink, AutoCloseable {
    /** A minute of fast steps: only a capture thread that does not run for that long loses anything. */
    private static final int RING = 2048;
    /** What is in the ring is on disk this long after at most. */
    private static final long COMMIT_NANOS = Duration.ofMillis(20).toNanos();

    /** The file of a spool that its writer has locked. */
    public static final String LOCK = "spool.lock";
    /** The file that says that the writer of a spool does not send by itself. */
    public static final String FOR_RELAY = "for-relay";

    private final Lanes<Telemetry> ring = new Lanes<>(RING);
    private final AtomicLong captured = new AtomicLong();
    private final AtomicLong capturedFrames = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final Path folder;
    private final long limitBytes;
    private final Path own;
    private final Lock lock;
    private final Store store;
    private final History history = new History();
    private final Thread capture;
    /** Of the sender's thread, as the two below. */
    private Inheritance inheritance = Inheritance.NONE;

    private Destination reached;
    private Destination destination;
    private volatile long stored;
    private volatile boolean closing;

    /**
     * Where every captured item is: {@code captured = delivered + spooled + shed + corrupt}; {@code refused} items
     * found the ring full and were never captured.
     */
    public record Counts(long captured, long delivered, long spooled, long shed, long corrupt, long refused) {}

    /**
     * @param folder of all spools of this machine; each writer has its own folder in it
     * @param limitBytes on disk; beyond it the oldest is given up
     * @throws IOException where the folder cannot be made or another process has it; a disk that fails later is bridged
     */
    public Spool(Path folder, UUID writer, long limitBytes) throws IOException {
        this.folder = folder;
        this.limitBytes = limitBytes;
        Path free = folder.resolve(writer.toString());
        Lock taken = lock(free);
        // The same writer once more, as by attaching again: what it left may be for another cluster, and has its
        // numbers.
        for (int again = 1; SegmentFile.in(free); again++) {
            taken.close(false);
            free = folder.resolve(writer + "." + again);
            taken = lock(free);
        }
        this.own = free;
        this.lock = taken;
        this.store = new Store(own, limitBytes);
        this.capture = new Thread(this::capture, "observatory-capture");
        capture.setDaemon(true);
        capture.start();
    }

    private static Lock lock(Path own) throws IOException {
        return Lock.tryLock(own, LOCK)
                .orElseThrow(() -> new IOException(
                        "another process writes the spool " + own + "; give this one a writer id of its own"));
    }

    @Override
    public boolean offer(Telemetry item) {
        if (closing || !ring.offer(item)) {
            refused.incrementAndGet();
            return false;
        }
        count(item);
        return true;
    }

    /** Waits until there is room in the ring: for who carries telemetry and trains nothing. */
    public void awaitRoomFor(Telemetry item) {
        while (!ring.offer(item)) {
            LockSupport.parkNanos(COMMIT_NANOS / 10);
        }
        count(item);
    }

    private void count(Telemetry item) {
        captured.incrementAndGet();
        if (item instanceof Frame) {
            capturedFrames.incrementAndGet();
        }
    }

    public Counts counts() {
        long all = captured.get();
        Ledger.Counts kept = store.counts();
        // What is in the ring is on its way to the disk.
        long inRing = Math.max(0, all - kept.delivered() - kept.held() - kept.shed() - kept.corrupt());
        return new Counts(all, kept.delivered(), kept.held() + inRing, kept.shed(), kept.corrupt(), refused.get());
    }

    /** Items that left the ring for the disk so far. */
    public long kept() {
        return stored;
    }

    /**
     * When the oldest item was captured that the broker does not have, by this machine's clock; empty where it has all.
     */
    public Optional<Instant> oldest() {
        return store.first().flatMap(row -> Delivery.read(row.body())).map(first -> Instant.parse(first.time()));
    }

    /** Room taken on disk, in bytes. */
    public long bytes() {
        return store.bytes();
    }

    /** Frames captured so far, without the events between them. */
    public long capturedFrames() {
        return capturedFrames.get();
    }

    /**
     * What ends with this process, as the disk takes none of it, as a clause for people behind what waits; empty where
     * the disk has all.
     */
    public String unwritten() {
        long items = store.unwritten();
        return items == 0
                ? ""
                : "; but the disk does not take " + items + (items == 1 ? " item" : " items") + " of it (" + trouble()
                        + "), which " + (items == 1 ? "ends" : "end") + " with this process: make room";
    }

    /** What the disk last failed with; empty where it did not. */
    public String trouble() {
        return store.trouble();
    }

    /** Waits until the broker has everything captured so far; false where it does not in time. */
    public boolean drain(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        long all = captured.get();
        while (stored < all || store.acknowledged() < Row.key(all - 1, 0)) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(COMMIT_NANOS / 10);
        }
        return true;
    }

    Store store() {
        return store;
    }

    /**
     * What earlier processes left for a cluster that was reached, looked for once; a folder that cannot be listed has
     * nothing.
     *
     * @param elsewhere hears of what is for another
     */
    Inheritance inherited(Destination there, Consumer<String> elsewhere) {
        if (!there.equals(reached)) {
            inheritance.close();
            inheritance = Inheritance.NONE;
            reached = there;
            try {
                inheritance = Inheritance.of(folder, limitBytes, Optional.of(there));
                inheritance.told().ifPresent(elsewhere);
            } catch (IOException e) {
                reached = null; // doctor says so; the next connection tries again
            }
        }
        return inheritance;
    }

    /** Writes down where all this goes; where the disk fails, with the next call. */
    void destined(Destination there) {
        boolean known = there.equals(destination)
                || destination != null
                        && there.cluster().isEmpty()
                        && there.asUnanswered().equals(destination.asUnanswered());
        if (known && Files.exists(own.resolve(Destination.FILE))) {
            return;
        }
        try {
            Destination written = known ? destination : there;
            written.write(own);
            destination = written;
        } catch (IOException e) {
            destination = null;
        }
    }

    /** Asserts, where assertions are on, that this is no training thread. */
    void offTheTrainingThread() {
        assert !ring.knowsThisThread() : "disk and broker are not for the training thread";
    }

    /** Writes what is in the ring, and closes the files; what the broker does not have stays for the next process. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(capture);
        try {
            capture.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        inheritance.close();
        boolean done = store.empty();
        store.close();
        if (done) {
            Destination.forget(own);
        }
        lock.close(done);
    }

    private void capture() {
        List<Row> rows = new ArrayList<>();
        while (true) {
            boolean last = closing;
            long next = stored;
            for (Telemetry item = ring.poll(); item != null; item = ring.poll()) {
                encode(item, next++, rows);
            }
            if (next > stored) {
                offTheTrainingThread();
                lock.renew();
                store.append(rows);
                stored = next;
                rows.clear();
            }
            if (last) {
                return;
            }
            LockSupport.parkNanos(COMMIT_NANOS / 4);
        }
    }

    private void encode(Telemetry item, long number, List<Row> rows) {
        try {
            List<byte[]> records = Codec.records(item);
            Row.Kind kind = item instanceof Frame ? Row.Kind.FRAME : Row.Kind.EVENT;
            for (int place = 0; place < records.size(); place++) {
                rows.add(new Row(Row.key(number, place), place == 0 ? kind : Row.Kind.PART, records.get(place)));
            }
            for (Frame bucket : history.add(item)) {
                List<byte[]> parts = Codec.records(bucket);
                for (int part = 0; part < parts.size(); part++) {
                    long key = Row.key(number, Row.HISTORY_PLACE + part);
                    rows.add(new Row(key, Row.Kind.HISTORY, parts.get(part)));
                }
            }
        } catch (RuntimeException | StackOverflowError e) {
            store.unusable(number, "an item could not be encoded: " + e);
        }
    }
}
