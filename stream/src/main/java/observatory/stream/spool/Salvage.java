package observatory.stream.spool;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.stream.wire.Wire;

/** Reads a damaged segment key by key, because a scan would end at the first damaged page. */
final class Salvage {
    /** The most items a segment of small rows can hold, where nobody knows how many it held. */
    private static final long ITEMS = 1 << 18;

    private final Connection connection;
    private final List<Row> rows;
    private PreparedStatement select;

    private Salvage(Connection connection, List<Row> rows) throws SQLException {
        this.connection = connection;
        this.rows = rows;
        prepare();
    }

    /**
     * The rows that can be read and have the right checksum; none where the file is no database.
     *
     * @param lastItem that it had at least, -1 where nobody knows; and at most, where {@code certain}
     */
    static List<Row> rows(Path file, long lastItem, boolean certain, Disk disk) {
        long first = SegmentFile.firstItem(file);
        List<Row> rows = new ArrayList<>();
        try (Connection connection = disk.open(file)) {
            Salvage salvage = new Salvage(connection, rows);
            long last = certain ? lastItem : Math.max(lastItem, salvage.lastItem(first));
            for (long item = first; item <= last; item++) {
                salvage.addAll(item, 0);
                salvage.addAll(item, Row.HISTORY_PLACE);
                salvage.add(Row.key(item, Row.NOTICE_PLACE));
            }
        } catch (SQLException e) {
            return rows; // not a database any more: what was not read by now cannot be
        }
        return rows;
    }

    private void prepare() throws SQLException {
        select = connection.prepareStatement("SELECT kind, crc, body FROM item WHERE key = ?");
    }

    private long lastItem(long first) {
        try (PreparedStatement last = connection.prepareStatement("SELECT max(key) FROM item");
                ResultSet found = last.executeQuery()) {
            return Math.min(Row.item(found.getLong(1)), first + ITEMS); // the key of a damaged row may be any
        } catch (SQLException e) {
            return first + ITEMS;
        }
    }

    private void addAll(long item, int fromPlace) throws SQLException {
        int place = fromPlace;
        while (place < fromPlace + Wire.PARTS && add(Row.key(item, place))) {
            place++;
        }
    }

    private boolean add(long key) throws SQLException {
        try {
            select.setLong(1, key);
            try (ResultSet found = select.executeQuery()) {
                if (!found.next()) {
                    return false;
                }
                Optional<Row> row = Row.read(key, found.getInt(1), found.getLong(2), found.getBytes(3));
                row.ifPresent(rows::add);
                return row.isPresent();
            }
        } catch (SQLException e) {
            // On a damaged page; whoever asked counts what is missing. A statement that failed executes no more.
            select.close();
            prepare();
            return false;
        }
    }
}
