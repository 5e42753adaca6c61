package observatory.stream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one writer has captured and the broker does not have yet, in order: segments on disk and, while the disk fails,
 * rows in memory behind them. Bounded: beyond its limits the oldest is given up and counted. Every method may be called
 * from any thread but a training thread; none of them throws for a disk that fails.
 */
final class Store implements AutoCloseable {
    private static final long SEGMENT_BYTES = 16L << 20;
    private static final long MEMORY_BYTES = 32L << 20;

    private final Path folder;
    private final long limitBytes;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private final Deque<Row> memory = new ArrayDeque<>();
    private long memoryBytes;
    private long nextId;
    private long acknowledged = -1;
    private long given;
    private long corrupt;
    private long corruptUpTo = -1;
    private String trouble = "";

    /** Opens what lies in a folder, which is made where it does not exist. */
    Store(Path folder, long limitBytes) {
        this.folder = folder;
        this.limitBytes = limitBytes;
        try {
            Files.createDirectories(folder);
            for (Path file : files(folder)) {
                open(file);
            }
        } catch (IOException | SQLException e) {
            trouble = e.toString();
        }
    }

    /** Numbers and keeps encoded items; on disk where that works, in memory where it does not. */
    synchronized void append(List<Row> unnumbered) {
        List<Row> rows = new ArrayList<>(unnumbered.size());
        for (Row row : unnumbered) {
            rows.add(new Row(nextId++, row.frame(), row.body()));
        }
        for (Row row : rows) {
            memory.add(row);
            memoryBytes += row.body().length;
        }
        toDisk();
        shed();
    }

    /** The next rows after a number, and the number up to which nothing else is left to read. */
    record Found(List<Row> rows, long upTo) {}

    synchronized Found after(long id, int limit) {
        long from = id;
        for (Segment segment : segments) {
            if (segment.lastId() <= from) {
                continue;
            }
            try {
                Segment.Found found = segment.after(from, limit);
                found.corrupt().forEach(number -> lost(number - 1, number));
                if (!found.rows().isEmpty()) {
                    return new Found(found.rows(), found.rows().getLast().id());
                }
            } catch (SQLException e) {
                trouble = e.toString();
                lost(from, segment.lastId());
            }
            from = segment.lastId();
        }
        long start = from;
        List<Row> rows =
                memory.stream().filter(row -> row.id() > start).limit(limit).toList();
        return new Found(rows, rows.isEmpty() ? from : rows.getLast().id());
    }

    /** Counts what cannot be read back, each row once however often it is tried. */
    private void lost(long after, long upTo) {
        corrupt += Math.max(0, upTo - Math.max(after, corruptUpTo));
        corruptUpTo = Math.max(corruptUpTo, upTo);
    }

    /** The broker has everything up to this number. */
    synchronized void acknowledge(long id) {
        acknowledged = Math.max(acknowledged, id);
        while (!memory.isEmpty() && memory.peekFirst().id() <= acknowledged) {
            memoryBytes -= memory.pollFirst().body().length;
        }
        try {
            while (segments.size() > 1 && segments.peekFirst().lastId() <= acknowledged) {
                segments.pollFirst().delete();
            }
            if (!segments.isEmpty()) {
                segments.peekLast().acknowledge(acknowledged);
            }
        } catch (SQLException | IOException e) {
            trouble = e.toString();
        }
    }

    /** Everything kept here is with the broker. */
    synchronized boolean empty() {
        return acknowledged >= nextId - 1;
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    synchronized long lastId() {
        return nextId - 1;
    }

    /** Rows given up for want of room. */
    synchronized long shedRows() {
        return given;
    }

    /** Rows that could not be read back. */
    synchronized long corruptRows() {
        return corrupt;
    }

    /** The last error of the disk; empty while there was none. */
    synchronized String trouble() {
        return trouble;
    }

    /** Closes the files, and removes them where the broker has everything. */
    @Override
    public synchronized void close() {
        boolean done = empty();
        try {
            for (Segment segment : segments) {
                if (done) {
                    segment.delete();
                } else {
                    segment.close();
                }
            }
        } catch (SQLException | IOException e) {
            trouble = e.toString();
        }
        segments.clear();
    }

    private void toDisk() {
        if (memory.isEmpty()) {
            return;
        }
        try {
            if (segments.isEmpty() || segments.peekLast().bytes() >= SEGMENT_BYTES) {
                long first = memory.peekFirst().id();
                segments.add(new Segment(folder.resolve("%019d%s".formatted(first, Segment.SUFFIX)), first));
            }
            segments.peekLast().append(List.copyOf(memory), acknowledged);
            memory.clear();
            memoryBytes = 0;
        } catch (SQLException e) {
            trouble = e.toString();
        }
    }

    private void shed() {
        while (memoryBytes > MEMORY_BYTES) {
            Row oldest = memory.pollFirst();
            memoryBytes -= oldest.body().length;
            given++;
        }
        long bytes = segments.stream().mapToLong(Segment::bytes).sum();
        while (bytes > limitBytes && segments.size() > 1) {
            Segment oldest = segments.pollFirst();
            bytes -= oldest.bytes();
            given += Math.max(0, oldest.lastId() - Math.max(acknowledged, oldest.firstId() - 1));
            try {
                oldest.delete();
            } catch (SQLException | IOException e) {
                trouble = e.toString();
            }
        }
    }

    private void open(Path file) throws SQLException {
        String name = file.getFileName().toString();
        long first = Long.parseLong(name.substring(0, name.length() - Segment.SUFFIX.length()));
        try {
            Segment segment = new Segment(file, first);
            segments.add(segment);
            acknowledged = Math.max(acknowledged, segment.acknowledged());
            nextId = Math.max(nextId, segment.lastId() + 1);
        } catch (SQLException e) {
            // A file that is no database any more: what it held is gone, but the others are not.
            corrupt++;
            trouble = e.toString();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(file -> file.getFileName().toString().matches("\\d{19}\\" + Segment.SUFFIX))
                    .sorted()
                    .toList();
        }
    }
}
