package observatory.ui.data;

import java.util.Arrays;

/** An append-only list of whole numbers for one writer and any number of readers, as {@link FloatLog} is for floats. */
final class LongLog {
    private long[] values = new long[16];
    private volatile int size;

    int size() {
        return size;
    }

    long get(int at) {
        return values[at];
    }

    void append(long value) {
        int at = size;
        if (at == values.length) {
            values = Arrays.copyOf(values, 2 * at);
        }
        values[at] = value;
        size = at + 1;
    }
}
