package observatory.analysis.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import observatory.analysis.Numbers;

/**
 * A chart's value or step axis: its range and the round numbers to mark on it, 3 to 7 of them. On a logarithmic axis
 * positions are decimal logarithms and the marks are 1, 2 and 5 in every decade, or whole decades where there are many.
 */
record Axis(double low, double high, boolean logarithmic, List<Tick> ticks) {
    private static final int MOST_TICKS = 7;

    /** A mark: where on the axis, and what to write beside it. */
    record Tick(double position, String label) {}

    /** The axis over these values, which are above 0 where it is logarithmic. */
    static Axis over(double least, double greatest, boolean logarithmic) {
        double low = logarithmic ? Math.log10(least) : least;
        double high = logarithmic ? Math.log10(greatest) : greatest;
        double room = high > low ? 0.04 * (high - low) : Math.max(0.05 * Math.abs(low), 1e-12);
        double from = low - room;
        double to = high + room;
        return new Axis(from, to, logarithmic, logarithmic ? decades(from, to) : round(from, to));
    }

    double position(double value) {
        return logarithmic ? Math.log10(value) : value;
    }

    /** Multiples of 1, 2 or 5 times a power of ten, the closest that are not too many. */
    private static List<Tick> round(double from, double to) {
        double power = Math.pow(10, Math.floor(Math.log10((to - from) / MOST_TICKS)));
        for (double factor : new double[] {1, 2, 5, 10, 20}) {
            double stride = factor * power;
            long first = (long) Math.ceil(from / stride);
            long last = (long) Math.floor(to / stride);
            if (last - first < MOST_TICKS) {
                List<Tick> ticks = new ArrayList<>();
                for (long i = first; i <= last; i++) {
                    ticks.add(new Tick(i * stride, label(i * stride)));
                }
                return ticks;
            }
        }
        return List.of(); // only a range that is not finite comes here
    }

    private static List<Tick> decades(double from, double to) {
        List<Tick> ticks = new ArrayList<>();
        int stride = (int) Math.max(1, Math.ceil((to - from) / MOST_TICKS));
        double[] within = to - from < 2.5 ? new double[] {1, 2, 5} : new double[] {1};
        for (int decade = Math.floorDiv((int) Math.floor(from), stride) * stride; decade <= to; decade += stride) {
            for (double factor : within) {
                double position = decade + Math.log10(factor);
                if (position >= from && position <= to) {
                    ticks.add(new Tick(position, label(factor * Math.pow(10, decade))));
                }
            }
        }
        return ticks;
    }

    private static String label(double value) {
        double size = Math.abs(value);
        if (size < 1e-300) {
            return "0";
        }
        BigDecimal exact = new BigDecimal(value, new MathContext(6)).stripTrailingZeros();
        if (size >= 1e-3 && size < 1e7) {
            String plain = exact.toPlainString();
            return plain.contains(".") ? plain : Numbers.whole(exact.longValue());
        }
        int exponent = exact.precision() - exact.scale() - 1;
        return exact.movePointLeft(exponent).stripTrailingZeros().toPlainString() + "e" + exponent;
    }
}
