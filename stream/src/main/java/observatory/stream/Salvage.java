package observatory.stream;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a damaged segment key by key, because a scan would end at the first damaged page. */
final class Salvage {
    /** The most items a segment of small rows can hold, where nobody knows how many it held. */
    private static final long ITEMS = 1 << 18;

    private Salvage() {}

    /** The rows that can be read and have the right checksum; none where the file is no database. */
    static List<Row> rows(Path file, long lastItem, Disk disk) {
        long first = SegmentFile.firstItem(file);
        List<Row> rows = new ArrayList<>();
        try (Connection connection = disk.open(file);
                PreparedStatement select =
                        connection.prepareStatement("SELECT kind, crc, body FROM item WHERE key = ?")) {
            long last = lastItem >= first ? lastItem : lastItem(connection, first);
            for (long item = first; item <= last; item++) {
                addAll(select, item, 0, rows);
                addAll(select, item, Row.HISTORY_PLACE, rows);
                add(select, Row.key(item, Row.NOTICE_PLACE), rows);
            }
        } catch (SQLException e) {
            // Not a database any more: what was not read by now cannot be.
            return rows;
        }
        return rows;
    }

    private static long lastItem(Connection connection, long first) {
        try (PreparedStatement last = connection.prepareStatement("SELECT max(key) FROM item");
                ResultSet found = last.executeQuery()) {
            return Row.item(found.getLong(1));
        } catch (SQLException e) {
            return first + ITEMS;
        }
    }

    private static void addAll(PreparedStatement select, long item, int fromPlace, List<Row> rows) {
        int place = fromPlace;
        while (place < fromPlace + Wire.PARTS && add(select, Row.key(item, place), rows)) {
            place++;
        }
    }

    private static boolean add(PreparedStatement select, long key, List<Row> rows) {
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
            return false; // On a damaged page; whoever asked counts what is missing.
        }
    }
}
