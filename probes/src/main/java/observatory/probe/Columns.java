package observatory.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects values of metrics at numbered places into columns. */
final class Columns {
    private final Map<String, Growing> columns = new LinkedHashMap<>();

    void add(String metric, int place, double value) {
        columns.computeIfAbsent(metric, m -> new Growing()).add(place, value);
    }

    /** What was collected; nothing is left behind. */
    List<Column> take() {
        List<Column> done = new ArrayList<>(columns.size());
        columns.forEach((metric, column) -> done.add(column.named(metric)));
        columns.clear();
        return done;
    }

    private static final class Growing {
        private int[] at = new int[16];
        private double[] values = new double[16];
        private int size;

        void add(int place, double value) {
            if (size == at.length) {
                at = Arrays.copyOf(at, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            at[size] = place;
            values[size++] = value;
        }

        Column named(String metric) {
            return new Column(metric, Arrays.copyOf(at, size), Arrays.copyOf(values, size));
        }
    }
}
