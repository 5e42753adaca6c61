package observatory.ui.chart;

import java.util.Arrays;

/** The value axis of a chart: its scale, and the span of positions in view. */
public record ValueAxis(Scale scale, Span positions) {
    private static final double MARGIN = 0.06;

    /** The axis over values from low to high, with some air at both ends. */
    public static ValueAxis over(Scale scale, double low, double high) {
        double from = scale.position(low);
        double to = scale.position(high);
        double air = to > from ? MARGIN * (to - from) : Math.max(0.05 * Math.abs(to), 1e-9);
        return new ValueAxis(scale, Span.over(from - air, to + air));
    }

    /** The axis that shows these columns of a chart as a whole, or without the outermost twentieths of their values. */
    static ValueAxis of(Iterable<Columns> all, Scale.Kind kind, boolean clip) {
        double[] values = values(all, kind == Scale.Kind.LOG);
        if (values.length == 0) {
            return over(Scale.of(kind, 1), kind == Scale.Kind.LOG ? 0.1 : 0, 1);
        }
        Arrays.sort(values);
        int last = values.length - 1;
        boolean cut = clip && values.length > 2;
        double low = values[cut ? (int) Math.ceil(0.05 * last) : 0];
        double high = values[cut ? (int) Math.floor(0.95 * last) : last];
        return over(Scale.of(kind, Math.max(Math.abs(low), Math.abs(high))), low, high);
    }

    private static double[] values(Iterable<Columns> all, boolean positive) {
        double[] values = new double[64];
        int size = 0;
        for (Columns columns : all) {
            for (int i = 0; i < columns.size(); i++) {
                if (size + 3 > values.length) {
                    values = Arrays.copyOf(values, 2 * values.length);
                }
                if (columns.finite(i)) {
                    for (double value : new double[] {columns.min(i), columns.max(i)}) {
                        if (!positive || value > 0) {
                            values[size++] = value;
                        }
                    }
                }
            }
        }
        return Arrays.copyOf(values, size);
    }

    /** Height above the lower edge, as a share of the whole; NaN where the scale has none. */
    public double share(double value) {
        return positions.share(scale.position(value));
    }

    public double value(double share) {
        return scale.value(positions.at(share));
    }
}
