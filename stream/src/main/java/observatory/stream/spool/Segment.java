package observatory.stream.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A stretch of the spool in one SQLite database in WAL mode, which survives {@code kill -9} with all it committed. Each
 * row carries a checksum, so damage costs the rows it hit. Belongs to one thread at a time.
 */
public final class Segment implements AutoCloseable {
    static final String SUFFIX = ".spool";

    private final Path file;
    private final long firstItem;
    private final Connection connection;
    private final PreparedStatement insert;
    private final PreparedStatement select;
    private final int tiersShed;
    private final long itemsShed;
    private long diskBytes;
    private long lastKey;

    /** What a read found: rows in order, the bytes of them, and the keys of those that could not be trusted. */
    record Found(List<Row> rows, List<Long> corrupt) {
        /** How many captured items are among those that could not be trusted. */
        long corruptItems() {
            return corrupt.stream()
                    .filter(key -> Row.key(Row.item(key), 0) == key)
                    .count();
        }
    }

    /** @throws SQLException where the file is no segment, or the disk fails */
    Segment(Path file, long firstItem, Disk disk) throws SQLException {
        this.file = file;
        this.firstItem = firstItem;
        this.connection = disk.open(file);
        try {
            try (Statement setup = connection.createStatement()) {
                setup.execute("PRAGMA journal_mode=WAL");
                // NORMAL: a killed process loses nothing committed, a power cut what came after the last checkpoint.
                setup.execute("PRAGMA synchronous=NORMAL");
                setup.execute("PRAGMA wal_autocheckpoint=500");
                // A full spool is 128 open segments.
                setup.execute("PRAGMA cache_size=-200");
                setup.execute(
                        "CREATE TABLE IF NOT EXISTS item"
                                + " (key INTEGER PRIMARY KEY, kind INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL)");
                setup.execute("CREATE TABLE IF NOT EXISTS shed (tiers INTEGER NOT NULL, items INTEGER NOT NULL)");
                try (ResultSet shed =
                        setup.executeQuery("SELECT coalesce(max(tiers), 0), coalesce(max(items), 0) FROM shed")) {
                    tiersShed = shed.getInt(1);
                    itemsShed = shed.getLong(2);
                }
                try (ResultSet last = setup.executeQuery("SELECT coalesce(max(key), -1) FROM item")) {
                    lastKey = Math.max(last.getLong(1), Row.key(firstItem, 0) - 1);
                }
            }
            this.insert = connection.prepareStatement("INSERT INTO item (key, kind, crc, body) VALUES (?, ?, ?, ?)");
            this.select = connection.prepareStatement(
                    "SELECT key, kind, crc, body FROM item WHERE key > ? ORDER BY key LIMIT ?");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        measure();
    }

    void append(List<Row> rows) throws SQLException {
        try (Statement transaction = connection.createStatement()) {
            transaction.execute("BEGIN");
            for (Row row : rows) {
                insert.setLong(1, row.key());
                insert.setInt(2, row.kind().ordinal());
                insert.setLong(3, row.checksum());
                insert.setBytes(4, row.body());
                insert.addBatch();
            }
            insert.executeBatch();
            transaction.execute("COMMIT");
        } catch (SQLException e) {
            insert.clearBatch();
            rollback(e);
            throw e;
        }
        lastKey = rows.isEmpty() ? lastKey : rows.getLast().key();
        measure();
    }

    /** Rows after a key: at most so many, and no more once they have so many bytes. */
    Found after(long key, int limit, long bytes) throws SQLException {
        List<Row> rows = new ArrayList<>();
        List<Long> corrupt = new ArrayList<>();
        select.setLong(1, key);
        select.setInt(2, limit);
        long taken = 0;
        long previous = key;
        try (ResultSet result = select.executeQuery()) {
            while (taken < bytes && result.next()) {
                long found = result.getLong(1);
                if (found <= previous) {
                    throw new SQLiteException(file + " is out of order", SQLiteErrorCode.SQLITE_CORRUPT);
                }
                previous = found;
                Optional<Row> row = Row.read(found, result.getInt(2), result.getLong(3), result.getBytes(4));
                if (row.isPresent()) {
                    rows.add(row.get());
                    taken += row.get().body().length;
                } else {
                    corrupt.add(found);
                }
            }
        }
        return new Found(rows, corrupt);
    }

    /** Whether every row after a key is what was written. */
    boolean soundAfter(long key) throws SQLException {
        return after(key, Integer.MAX_VALUE, Long.MAX_VALUE).corrupt().isEmpty();
    }

    /** A full disk makes SQLite roll back by itself; then there is nothing more to do. */
    private void rollback(SQLException first) {
        try (Statement transaction = connection.createStatement()) {
            transaction.execute("ROLLBACK");
        } catch (SQLException second) {
            first.addSuppressed(second);
        }
    }

    /** @throws SQLException where the file is damaged; looks at every page */
    void check() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("PRAGMA quick_check(1)")) {
            if (!"ok".equals(result.getString(1))) {
                throw new SQLiteException(result.getString(1), SQLiteErrorCode.SQLITE_CORRUPT);
            }
        }
    }

    /** Captured items after a key. */
    long items(long key) throws SQLException {
        try (PreparedStatement count =
                connection.prepareStatement("SELECT count(*) FROM item WHERE key > ? AND key & 255 = 0")) {
            count.setLong(1, key);
            try (ResultSet result = count.executeQuery()) {
                return result.getLong(1);
            }
        }
    }

    /** Notes what was given up of this stretch. */
    void noteShed(int tiers, long items) throws SQLException {
        try (PreparedStatement note = connection.prepareStatement("INSERT INTO shed (tiers, items) VALUES (?, ?)")) {
            note.setInt(1, tiers);
            note.setLong(2, items);
            note.executeUpdate();
        }
    }

    Path file() {
        return file;
    }

    /** Number of the first item, were it still to come. */
    long firstItem() {
        return firstItem;
    }

    /** Key of the last row, or the one before the first where there is none. */
    long lastKey() {
        return lastKey;
    }

    /** How many tiers have been given up of this stretch. */
    int tiersShed() {
        return tiersShed;
    }

    /** How many items have been given up of this stretch. */
    long itemsShed() {
        return itemsShed;
    }

    /** Room taken on disk. */
    long diskBytes() {
        return diskBytes;
    }

    boolean exists() {
        return Files.exists(file);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** Closes the segment and removes its files. */
    void delete() throws SQLException, IOException {
        close();
        deleteFiles(file);
    }

    /** Deletes a segment with what SQLite keeps beside it; one that is not there is deleted. */
    public static void deleteFiles(Path file) throws IOException {
        for (String part : new String[] {"", "-wal", "-shm"}) {
            Files.deleteIfExists(beside(file, part));
        }
    }

    private void measure() {
        diskBytes = file.toFile().length() + beside(file, "-wal").toFile().length();
    }

    private static Path beside(Path file, String part) {
        return file.resolveSibling(file.getFileName() + part);
    }
}
