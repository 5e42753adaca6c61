package observatory.stream.spool;

import java.util.Locale;

/** Smallest, largest and last of the values that came, and how many were NaN. */
final class Range {
    enum Of {
        MIN,
        MAX,
        LAST,
        NAN;

        String suffix() {
            return "." + name().toLowerCase(Locale.ROOT);
        }
    }

    private double min = Double.NaN;
    private double max = Double.NaN;
    private double last = Double.NaN;
    private int nan;

    void add(double value) {
        last = value;
        if (Double.isNaN(value)) {
            nan++;
            return;
        }
        min = Double.isNaN(min) ? value : Math.min(min, value);
        max = Double.isNaN(max) ? value : Math.max(max, value);
    }

    /** NaN for the smallest and largest where nothing but NaN came. */
    double get(Of which) {
        return switch (which) {
            case MIN -> min;
            case MAX -> max;
            case LAST -> last;
            case NAN -> nan;
        };
    }
}
