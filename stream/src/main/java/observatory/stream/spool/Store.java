package observatory.stream.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What one writer has captured and the broker does not have yet, in order: segments on disk and, while the disk fails,
 * rows in memory behind them. Bounded: beyond its limits the least valuable is given up and counted ({@link Tier}).
 * Every method may be called from any thread but a training thread; none of them throws for a disk that fails.
 */
final class Store implements AutoCloseable {
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final Path folder;
    private final long limitBytes;
    private final Disk disk;
    private final LongSupplier nanoTime;
    private final Tail tail;
    private final Segments segments;
    private final Backlog memory;
    private final Ledger ledger = new Ledger();
    private long lastKey = -1;
    private long acknowledged = -1;
    private long nextLook;
    /** There may be segments that could not be opened: who has read the others has not read all. */
    private boolean unopened;

    private String trouble = "";

    Store(Path folder, long limitBytes) {
        this(folder, limitBytes, Disk.REAL, System::nanoTime);
    }

    /** Opens what lies in a folder, which is made where it does not exist. */
    Store(Path folder, long limitBytes, Disk disk, LongSupplier nanoTime) {
        this.folder = folder;
        this.limitBytes = limitBytes;
        this.disk = disk;
        this.nanoTime = nanoTime;
        this.segments = new Segments(folder, disk);
        this.tail = new Tail(folder);
        this.memory = new Backlog(nanoTime);
        this.nextLook = nanoTime.getAsLong() + LOOK_NANOS;
        try {
            Files.createDirectories(folder);
            tail.open();
            open();
        } catch (IOException | SQLException e) {
            trouble = e.toString();
            unopened = SegmentFile.in(folder);
        }
    }

    /** Of the folder, which is that of the writer. */
    String name() {
        return folder.getFileName().toString();
    }

    /** The next rows after a key, and the key up to which nothing else is left to read. */
    record Found(List<Row> rows, long upTo) {}

    /** Keeps rows, whose keys grow: on disk where that works, in memory where it does not. */
    synchronized void append(List<Row> rows) {
        memory.add(rows);
        ledger.captured(rows);
        lastKey = rows.isEmpty() ? lastKey : rows.getLast().key();
        look();
        toDisk();
        shed();
        notifyAll();
    }

    /** Counts an item that could not even be encoded; its number stays empty. */
    synchronized void unusable(long item, String why) {
        ledger.unusable();
        lastKey = Math.max(lastKey, Row.key(item, 0));
        trouble = why;
    }

    synchronized Found after(long key, int limit, long bytes) {
        long from = key;
        for (int i = 0; i < segments.list().size(); i++) {
            Segment segment = segments.list().get(i);
            if (segment.lastKey() <= from) {
                continue;
            }
            try {
                Segment.Found found = segment.after(from, limit, bytes);
                found.corrupt().forEach(ledger::damaged);
                if (!found.rows().isEmpty()) {
                    return found(found.rows());
                }
                from = segment.lastKey();
            } catch (SQLException e) {
                trouble = e.toString();
                if (!SegmentFile.damage(e) || !repair(i)) {
                    return new Found(List.of(), from);
                }
                i--;
            }
        }
        List<Row> rows = memory.after(from, limit, bytes);
        return rows.isEmpty() ? new Found(rows, Math.max(from, lastKey)) : found(rows);
    }

    /** The first row that is not acknowledged, looked at and no more; empty where there is none, or the disk fails. */
    synchronized Optional<Row> first() {
        try {
            for (Segment segment : segments.list()) {
                List<Row> rows = segment.after(acknowledged, 1, 1).rows();
                if (!rows.isEmpty()) {
                    return Optional.of(rows.getFirst());
                }
            }
        } catch (SQLException e) {
            trouble = e.toString();
            return Optional.empty();
        }
        return memory.after(acknowledged, 1, 1).stream().findFirst();
    }

    private Found found(List<Row> rows) {
        ledger.read(rows);
        return new Found(rows, ledger.reading());
    }

    /** Waits until there may be rows after a key. */
    synchronized void awaitBeyond(long key, Duration patience) {
        try {
            if (lastKey <= key) {
                wait(patience.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The broker has everything up to the last key that was read, except what it refused for ever. */
    synchronized void acknowledge(long key, long refused) {
        if (key <= acknowledged) {
            return;
        }
        ledger.acknowledged(key, refused);
        acknowledged = Math.max(acknowledged, key);
        memory.forget(acknowledged);
        try {
            segments.forget(acknowledged);
            tail.mark(segments.lastKey(), acknowledged);
        } catch (SQLException | IOException e) {
            trouble = e.toString();
        }
    }

    /** Everything kept here is with the broker. */
    synchronized boolean empty() {
        return acknowledged >= lastKey && !unopened;
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    synchronized long lastKey() {
        return lastKey;
    }

    synchronized Ledger.Counts counts() {
        return ledger.counts();
    }

    /** Captured items that the disk did not take so far. */
    synchronized long unwritten() {
        return memory.items();
    }

    /** Room taken on disk and in memory. */
    synchronized long bytes() {
        return segments.diskBytes() + memory.bytes();
    }

    /** The last error of the disk; empty while there was none, or since it works again. */
    synchronized String trouble() {
        return trouble;
    }

    /** Closes the files, and removes them where the broker has everything. */
    @Override
    public synchronized void close() {
        memory.retryNow();
        toDisk();
        boolean done = empty();
        try {
            segments.close(done);
            tail.close();
            if (done) {
                Files.deleteIfExists(folder.resolve(Tail.FILE));
            }
        } catch (SQLException | IOException e) {
            trouble = e.toString();
        }
    }

    private void toDisk() {
        while (!memory.isEmpty() && memory.due()) {
            try {
                List<Row> rows = memory.first();
                segments.append(rows, memory.failedBadly());
                memory.kept(rows.size());
                tail.mark(segments.lastKey(), acknowledged);
                trouble = memory.isEmpty() ? "" : trouble;
            } catch (SQLException | IOException e) {
                trouble = e.toString();
                memory.failed(e);
            }
        }
    }

    /** Someone may have deleted files under us: then what can still be read of them is written anew. */
    private void look() {
        if (nanoTime.getAsLong() < nextLook) {
            return;
        }
        nextLook = nanoTime.getAsLong() + LOOK_NANOS;
        if (!segments.deleted()) {
            return;
        }
        trouble = "the spool's files were deleted: " + folder;
        try {
            tail.forget();
            ledger.lost(segments.restore(acknowledged));
        } catch (SQLException | IOException e) {
            trouble = e.toString(); // they stay open, and are written anew a moment later
        }
    }

    private void shed() {
        try {
            Shelf.Bounds bounds = new Shelf.Bounds(limitBytes, acknowledged, ledger.reading());
            ledger.shed(Shelf.fit(segments.list(), memory, bounds, disk));
        } catch (SQLException | IOException e) {
            trouble = e.toString();
        }
    }

    private void open() throws IOException, SQLException {
        acknowledged = tail.acknowledged();
        ledger.found(segments.open(tail.written(), acknowledged));
        lastKey = Math.max(tail.written(), segments.lastKey());
    }

    private boolean repair(int at) {
        try {
            ledger.lost(segments.repair(at, acknowledged).corrupt());
            return true;
        } catch (SQLException | IOException e) {
            trouble = e.toString();
            return false;
        }
    }
}
