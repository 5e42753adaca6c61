package observatory.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import observatory.probe.Origin;
import observatory.probe.RunEvent;

/** Spooled rows for tests. */
final class Rows {
    static final Origin ORIGIN = Frames.origin("rows", new UUID(7, 7));

    private Rows() {}

    static List<Row> plain(int from, int count) {
        List<Row> rows = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            rows.add(Row.of(i, Row.Kind.FRAME, Codec.smile(Frames.frame(ORIGIN, i))));
        }
        return rows;
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
