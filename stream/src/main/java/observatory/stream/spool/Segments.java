package observatory.stream.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The segments of one folder, in order: opened, read through, repaired where they are damaged. */
final class Segments {
    private static final long SEGMENT_BYTES = 16L << 20;

    private final Path folder;
    private final Disk disk;
    private final List<Segment> all = new ArrayList<>();

    Segments(Path folder, Disk disk) {
        this.folder = folder;
        this.disk = disk;
    }

    /** How many captured items there are, and how many should be there and are not. */
    record Account(long items, long corrupt) {
        Account plus(Account other) {
            return new Account(items + other.items, corrupt + other.corrupt);
        }
    }

    /**
     * Opens what lies in the folder; {@code written} and {@code acknowledged} are keys, -1 where they are not known.
     */
    Account open(long written, long acknowledged) throws IOException, SQLException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(SegmentFile::is).sorted().toList();
        }
        Account account = new Account(0, 0);
        for (int i = 0; i < files.size(); i++) {
            long last = i + 1 < files.size()
                    ? SegmentFile.firstItem(files.get(i + 1)) - 1
                    : written < 0 ? -1 : Row.item(written);
            account = account.plus(open(files.get(i), last, i + 1 < files.size(), acknowledged));
        }
        return account;
    }

    /** @param followed whether there is another behind it, and {@code lastItem} certainly its last */
    private Account open(Path file, long lastItem, boolean followed, long acknowledged)
            throws IOException, SQLException {
        Segment segment;
        try {
            segment = checked(file, lastItem, followed);
        } catch (SQLException e) {
            if (!SegmentFile.damage(e)) {
                throw e;
            }
            segment = SegmentFile.salvage(file, lastItem, followed, disk);
        }
        all.add(segment);
        return account(segment, followed ? lastItem : Math.max(lastItem, Row.item(segment.lastKey())), acknowledged);
    }

    private Segment checked(Path file, long lastItem, boolean followed) throws SQLException {
        Segment segment = new Segment(file, SegmentFile.firstItem(file), disk);
        try {
            segment.check();
            boolean further = lastItem >= 0 && Row.item(segment.lastKey()) > lastItem;
            // What a kill left between the rows and the word of them is sound. Else it would hide what comes after it.
            if (further && (followed || !segment.soundAfter(Row.key(lastItem + 1, 0) - 1))) {
                throw new SQLiteException(file + " reaches into the next segment", SQLiteErrorCode.SQLITE_CORRUPT);
            }
            return segment;
        } catch (SQLException e) {
            segment.close();
            throw e;
        }
    }

    private static Account account(Segment segment, long lastItem, long acknowledged) throws SQLException {
        long found = segment.items(acknowledged);
        long from = Math.max(segment.firstItem(), Row.item(acknowledged) + 1);
        return new Account(found, Math.max(0, lastItem - from + 1 - found - segment.itemsShed()));
    }

    /** Makes a damaged segment anew of what can be read of it, and counts what cannot. */
    Account repair(int at, long acknowledged) throws SQLException, IOException {
        Segment damaged = all.get(at);
        damaged.close();
        long lastItem = Row.item(damaged.lastKey());
        all.set(at, SegmentFile.salvage(damaged.file(), lastItem, true, disk));
        Account account = account(all.get(at), lastItem, acknowledged);
        return new Account(account.items(), Math.max(0, account.corrupt() - damaged.itemsShed()));
    }

    /** Adds rows to the last segment, or to a new one where there is none, it is full, or it should not be trusted. */
    void append(List<Row> rows, boolean anew) throws SQLException, IOException {
        if (all.isEmpty() || all.getLast().diskBytes() >= SEGMENT_BYTES || anew) {
            Files.createDirectories(folder);
            long first = Row.item(rows.getFirst().key());
            all.add(new Segment(SegmentFile.of(folder, first), first, disk));
        }
        all.getLast().append(rows);
    }

    /** Removes whole segments that nobody needs any more; the last stays. */
    void forget(long acknowledged) throws SQLException, IOException {
        while (all.size() > 1 && all.getFirst().lastKey() <= acknowledged) {
            all.removeFirst().delete();
        }
    }

    /**
     * Writes segments anew whose files someone deleted, one after the other, of what an open file still gives; the
     * number of captured items that it does not.
     */
    long restore(long acknowledged) throws SQLException, IOException {
        long corrupt = 0;
        Files.createDirectories(folder);
        for (int i = 0; i < all.size(); i++) {
            Segment segment = all.get(i);
            if (!segment.exists()) {
                Segment.Found found = segment.after(acknowledged, Integer.MAX_VALUE, Long.MAX_VALUE);
                long lost = found.corruptItems();
                all.set(
                        i,
                        SegmentFile.replace(
                                segment, found.rows(), segment.tiersShed(), segment.itemsShed() + lost, disk));
                corrupt += lost;
            }
        }
        return corrupt;
    }

    boolean deleted() {
        return !all.stream().allMatch(Segment::exists);
    }

    /** Closes the files, or removes them. */
    void close(boolean done) throws SQLException, IOException {
        try {
            for (Segment segment : all) {
                if (done) {
                    segment.delete();
                } else {
                    segment.close();
                }
            }
        } finally {
            all.clear();
        }
    }

    /** In order; what {@link Shelf} replaces is replaced here. */
    List<Segment> list() {
        return all;
    }

    /** Key of the last row on disk; -1 where there is none. */
    long lastKey() {
        return all.isEmpty() ? -1 : all.getLast().lastKey();
    }

    long diskBytes() {
        return all.stream().mapToLong(Segment::diskBytes).sum();
    }
}
