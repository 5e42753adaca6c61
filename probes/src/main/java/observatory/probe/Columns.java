package observatory.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects values of metrics at numbered places into columns, in the order in which metrics were first named. What a
 * column was collected in is kept for the next step.
 */
final class Columns {
    private final Map<String, Growing> known = new HashMap<>();
    private final List<Growing> named = new ArrayList<>();
    private Growing last = new Growing("");

    void add(String metric, int place, double value) {
        // A probe names its metrics in the same order at each place.
        Growing column = last.next;
        if (column == null || column.metric != metric) {
            column = known.computeIfAbsent(metric, Growing::new);
            last.next = column;
        }
        if (column.size == 0) {
            named.add(column);
        }
        column.add(place, value);
        last = column;
    }

    /** What was collected; nothing is left behind. */
    List<Column> take() {
        List<Column> done = new ArrayList<>(named.size());
        for (Growing column : named) {
            done.add(column.take());
        }
        named.clear();
        return done;
    }

    private static final class Growing {
        private final String metric;
        private int[] at = new int[16];
        private double[] values = new double[16];
        private int size;
        private Growing next; // named after this one the last time

        Growing(String metric) {
            this.metric = metric;
        }

        void add(int place, double value) {
            if (size == at.length) {
                at = Arrays.copyOf(at, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            at[size] = place;
            values[size++] = value;
        }

        Column take() {
            Column column = new Column(metric, Arrays.copyOf(at, size), Arrays.copyOf(values, size));
            size = 0;
            return column;
        }
    }
}
