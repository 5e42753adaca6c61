package observatory.stream;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import observatory.probe.Frame;
import observatory.probe.FrameSink;
import observatory.probe.Telemetry;

/**
 * Telemetry between the trainer and the broker. The training thread puts an item into a ring and goes on; a capture
 * thread encodes it and keeps it in a {@link Store} on disk; a {@link Sender} empties that in order. What a killed
 * process left in the same folder is sent first by the next. Nothing here ever throws at, or waits for, a trainer.
 */
public final class Spool implements FrameSink, AutoCloseable {
    /** Minutes of steps: only a capture thread that does not run for that long loses anything. */
    private static final int RING = 8192;
    /** What is in the ring is on disk this long after at most. */
    private static final long COMMIT_NANOS = Duration.ofMillis(20).toNanos();

    private static final String LOCK = "spool.lock";

    private final Ring<Telemetry> ring = new Ring<>(RING);
    private final AtomicLong captured = new AtomicLong();
    private final AtomicLong capturedFrames = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final Path own;
    private final FileChannel lock;
    private final Store store;
    private final List<Leftover> leftovers;
    private final Thread capture;
    private volatile Thread training;
    private volatile boolean closing;

    /**
     * Where every captured item is: {@code captured = delivered + spooled + shed + corrupt}; {@code refused} items found
     * the ring full and were never captured.
     */
    public record Counts(long captured, long delivered, long spooled, long shed, long corrupt, long refused) {}

    /** The store a killed process left behind, and the lock that makes it ours. */
    record Leftover(Path folder, FileChannel lock, Store store) {}

    /**
     * @param folder of all spools of this machine; each writer has its own folder in it
     * @param limitBytes on disk; beyond it the oldest is given up
     * @throws IOException where the folder cannot be written
     */
    public Spool(Path folder, UUID writer, long limitBytes) throws IOException {
        this.own = folder.resolve(writer.toString());
        Files.createDirectories(own);
        this.lock = tryLock(own);
        if (lock == null) {
            throw new IOException("another process writes the spool " + own);
        }
        this.leftovers = leftovers(folder, limitBytes);
        this.store = new Store(own, limitBytes);
        this.capture = new Thread(this::capture, "observatory-capture");
        capture.setDaemon(true);
        capture.start();
    }

    @Override
    public boolean offer(Telemetry item) {
        if (training == null) {
            training = Thread.currentThread();
        }
        if (closing || !ring.offer(item)) {
            refused.incrementAndGet();
            return false;
        }
        captured.incrementAndGet();
        if (item instanceof Frame) {
            capturedFrames.incrementAndGet();
        }
        return true;
    }

    public Counts counts() {
        long all = captured.get();
        long shed = store.shedRows();
        long corrupt = store.corruptRows();
        long delivered = Math.max(0, store.acknowledged() + 1 - shed - corrupt);
        return new Counts(all, delivered, all - delivered - shed - corrupt, shed, corrupt, refused.get());
    }

    /** Frames captured so far, without the events between them. */
    public long capturedFrames() {
        return capturedFrames.get();
    }

    /** What the disk last failed with; empty where it did not. */
    public String trouble() {
        return store.trouble();
    }

    /** Waits until the broker has everything captured so far; false where it does not in time. */
    public boolean drain(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        long all = captured.get();
        while (stored.get() < all || store.acknowledged() + 1 < all) {
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

    List<Leftover> leftovers() {
        return leftovers;
    }

    /** Asserts, where assertions are on, that this is no training thread. */
    void offTheTrainingThread() {
        assert Thread.currentThread() != training : "disk and broker are not for the training thread";
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
        leftovers.forEach(leftover -> release(leftover.folder(), leftover.store(), leftover.lock()));
        release(own, store, lock);
    }

    private void capture() {
        List<Row> rows = new ArrayList<>();
        while (true) {
            boolean last = closing;
            for (Telemetry item = ring.poll(); item != null; item = ring.poll()) {
                rows.add(new Row(-1, item instanceof Frame, Codec.smile(item)));
            }
            if (!rows.isEmpty()) {
                offTheTrainingThread();
                store.append(rows);
                stored.addAndGet(rows.size());
                rows.clear();
            }
            if (last) {
                return;
            }
            LockSupport.parkNanos(COMMIT_NANOS / 4);
        }
    }

    private static List<Leftover> leftovers(Path folder, long limitBytes) throws IOException {
        List<Leftover> found = new ArrayList<>();
        List<Path> others;
        try (Stream<Path> folders = Files.list(folder)) {
            others = folders.filter(Files::isDirectory).sorted().toList();
        }
        for (Path other : others) {
            FileChannel theirs = tryLock(other);
            if (theirs == null) {
                continue;
            }
            Store left = new Store(other, limitBytes);
            if (left.empty()) {
                release(other, left, theirs);
            } else {
                found.add(new Leftover(other, theirs, left));
            }
        }
        return List.copyOf(found);
    }

    /** The lock of a folder, or null where another writer has it. */
    private static FileChannel tryLock(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = null;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very process: the same answer as held by another.
        }
        if (held == null) {
            channel.close();
            return null;
        }
        return channel;
    }

    private static void release(Path folder, Store store, FileChannel lock) {
        boolean done = store.empty();
        store.close();
        try {
            lock.close();
            if (done) {
                Files.deleteIfExists(folder.resolve(LOCK));
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            // The folder stays; the next process finds it empty and removes it.
            assert Files.exists(folder);
        }
    }
}
