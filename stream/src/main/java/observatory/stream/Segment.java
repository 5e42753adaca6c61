package observatory.stream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A stretch of the spool in one SQLite database in WAL mode, which survives {@code kill -9} with all it committed. One
 * thread writes, another may read at the same time. Each row carries a checksum, so damage costs the rows it hit.
 */
final class Segment implements AutoCloseable {
    static final String SUFFIX = ".spool";

    private final Path file;
    private final long firstId;
    private final Connection connection;
    private final PreparedStatement insert;
    private final PreparedStatement select;
    private long bytes;
    private long lastId;

    /** What a read found: rows in order, and the numbers of those that could not be trusted. */
    record Found(List<Row> rows, List<Long> corrupt) {}

    Segment(Path file, long firstId) throws SQLException {
        this.file = file;
        this.firstId = firstId;
        this.connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement setup = connection.createStatement()) {
            setup.execute("PRAGMA journal_mode=WAL");
            // NORMAL: a killed process loses nothing committed, a power cut at most what came after the last
            // checkpoint.
            setup.execute("PRAGMA synchronous=NORMAL");
            setup.execute("CREATE TABLE IF NOT EXISTS item"
                    + " (id INTEGER PRIMARY KEY, frame INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL)");
            setup.execute(
                    "CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), acknowledged INTEGER)");
            try (ResultSet last =
                    setup.executeQuery("SELECT coalesce(max(id), -1), coalesce(sum(length(body)), 0) FROM item")) {
                lastId = Math.max(last.getLong(1), firstId - 1);
                bytes = last.getLong(2);
            }
        }
        connection.setAutoCommit(false);
        this.insert = connection.prepareStatement("INSERT INTO item (id, frame, crc, body) VALUES (?, ?, ?, ?)");
        this.select =
                connection.prepareStatement("SELECT id, frame, crc, body FROM item WHERE id > ? ORDER BY id LIMIT ?");
    }

    void append(List<Row> rows, long acknowledged) throws SQLException {
        try {
            for (Row row : rows) {
                insert.setLong(1, row.id());
                insert.setInt(2, row.frame() ? 1 : 0);
                insert.setLong(3, checksum(row.body()));
                insert.setBytes(4, row.body());
                insert.addBatch();
            }
            insert.executeBatch();
            mark(acknowledged);
            connection.commit();
        } catch (SQLException e) {
            insert.clearBatch();
            connection.rollback();
            throw e;
        }
        for (Row row : rows) {
            bytes += row.body().length;
            lastId = row.id();
        }
    }

    /** Remembers how far the broker has everything. */
    void acknowledge(long acknowledged) throws SQLException {
        mark(acknowledged);
        connection.commit();
    }

    private void mark(long acknowledged) throws SQLException {
        try (PreparedStatement cursor =
                connection.prepareStatement("INSERT OR REPLACE INTO cursor (one, acknowledged) VALUES (1, ?)")) {
            cursor.setLong(1, acknowledged);
            cursor.executeUpdate();
        }
    }

    /** The number up to which the broker was known to have everything; -1 where it is not known to have anything. */
    long acknowledged() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet cursor = statement.executeQuery("SELECT coalesce(max(acknowledged), -1) FROM cursor")) {
            return cursor.getLong(1);
        }
    }

    /** Up to {@code limit} rows after a number. */
    Found after(long id, int limit) throws SQLException {
        List<Row> rows = new ArrayList<>();
        List<Long> corrupt = new ArrayList<>();
        select.setLong(1, id);
        select.setInt(2, limit);
        try (ResultSet result = select.executeQuery()) {
            while (result.next()) {
                long found = result.getLong(1);
                byte[] body = result.getBytes(4);
                if (body != null && checksum(body) == result.getLong(3)) {
                    rows.add(new Row(found, result.getInt(2) == 1, body));
                } else {
                    corrupt.add(found);
                }
            }
        }
        connection.rollback(); // Ends the read, so that it holds back no checkpoint.
        return new Found(rows, corrupt);
    }

    /** Number of the first row, were it still to come. */
    long firstId() {
        return firstId;
    }

    long bytes() {
        return bytes;
    }

    /** Number of the last row, or of the one before the first where there is none. */
    long lastId() {
        return lastId;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** Closes the segment and removes its files. */
    void delete() throws SQLException, IOException {
        close();
        for (String part : new String[] {"", "-wal", "-shm"}) {
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + part));
        }
    }

    static long checksum(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return crc.getValue();
    }
}
