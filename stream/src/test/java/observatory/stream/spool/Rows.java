package observatory.stream.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.stream.Frames;
import observatory.stream.wire.Codec;

/** Spooled rows for tests. */
public final class Rows {
    public static final Origin ORIGIN = Frames.origin("rows", new UUID(7, 7));

    private Rows() {}

    public static List<Row> plain(int from, int count) {
        List<Row> rows = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            rows.add(Row.of(i, Row.Kind.FRAME, Codec.smile(Frames.frame(ORIGIN, i))));
        }
        return rows;
    }

    /**
     * A spool of eight items: three frames, of which the second is damaged on the disk; three that are no documents, of
     * which no broker takes the last; two frames.
     */
    public static void unreadable(Path spool) throws SQLException, IOException {
        Path file = SegmentFile.of(spool, 0);
        try (Segment segment = new Segment(file, 0, Disk.REAL)) {
            segment.append(plain(0, 3));
            for (int item = 3; item < 6; item++) {
                byte[] strange =
                        ("strange " + item).repeat(item == 5 ? 200_000 : 1).getBytes(UTF_8);
                segment.append(List.of(Row.of(item, Row.Kind.FRAME, strange)));
            }
            segment.append(plain(6, 2));
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement change = connection.createStatement()) {
            change.execute("UPDATE item SET crc = crc + 1 WHERE key = " + Row.key(1, 0));
        }
    }

    /**
     * One frame with so many sites, each with a layer metric and four bins of a histogram; each hundredth
     * item is an event.
     */
    static Row wide(int item, int sites) {
        return item % 100 == 99
                ? Row.of(item, Row.Kind.EVENT, Codec.smile(Frames.event(ORIGIN, item, RunEvent.Kind.CHECKPOINT)))
                : Row.of(item, Row.Kind.FRAME, Codec.smile(Frames.wide(ORIGIN, item, sites)));
    }

    static List<Long> items(List<Row> rows) {
        return rows.stream().map(row -> Row.item(row.key())).toList();
    }

    /** Everything a store gives out, in stretches, without acknowledging it. */
    static List<Row> all(Store store) {
        List<Row> rows = new ArrayList<>();
        long from = store.acknowledged();
        for (Store.Found found = store.after(from, 500, 4 << 20);
                !found.rows().isEmpty();
                found = store.after(found.upTo(), 500, 4 << 20)) {
            rows.addAll(found.rows());
        }
        return rows;
    }

    /** Delivers everything a store gives out. */
    static List<Row> drain(Store store) {
        List<Row> rows = new ArrayList<>();
        while (!store.empty()) {
            Store.Found found = store.after(store.acknowledged(), 500, 4 << 20);
            rows.addAll(found.rows());
            store.acknowledge(found.upTo(), 0);
        }
        return rows;
    }
}
