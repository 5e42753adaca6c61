package observatory.ui.chart;

import java.util.ArrayList;
import java.util.List;

/** The round numbers to mark on an axis. */
public final class Ticks {
    private Ticks() {}

    /** A mark: where on the axis, in positions of its scale, and what stands beside it. */
    public record Tick(double position, String label) {}

    /** At most {@code most} marks over a span of positions. */
    public static List<Tick> over(Span positions, Scale scale, int most) {
        return switch (scale.kind()) {
            case LINEAR -> linear(positions, most);
            case LOG -> positions.length() < 1.6 ? roundValues(positions, scale, most) : decades(positions, most);
            case SYMLOG -> symmetric(positions, scale, most);
        };
    }

    /** Multiples of 1, 2 or 5 times a power of ten. */
    private static List<Tick> linear(Span span, int most) {
        double stride = stride(span.length() / Math.max(1, most));
        List<Tick> ticks = new ArrayList<>();
        long first = (long) Math.ceil(span.low() / stride);
        for (long i = first; i * stride <= span.high() && ticks.size() <= most; i++) {
            ticks.add(new Tick(i * stride, Numbers.tick(i * stride, stride)));
        }
        return ticks;
    }

    private static double stride(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        double factor = least / power;
        return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
    }

    /** On a short stretch of a logarithmic axis, round values rather than powers. */
    private static List<Tick> roundValues(Span positions, Scale scale, int most) {
        List<Tick> ticks = new ArrayList<>();
        for (Tick tick : linear(Span.over(scale.value(positions.low()), scale.value(positions.high())), most)) {
            if (tick.position() > 0) {
                ticks.add(new Tick(scale.position(tick.position()), tick.label()));
            }
        }
        return ticks;
    }

    private static List<Tick> decades(Span positions, int most) {
        int every = (int) Math.max(1, Math.ceil(positions.length() / most));
        List<Tick> ticks = new ArrayList<>();
        int first = Math.floorDiv((int) Math.floor(positions.low()), every) * every;
        boolean between = 3 * positions.length() <= most;
        for (int decade = first; decade <= positions.high(); decade += every) {
            for (int factor : between ? new int[] {1, 2, 5} : new int[] {1}) {
                double at = decade + Math.log10(factor);
                if (positions.contains(at)) {
                    String label = factor == 1 ? Numbers.power(decade) : Numbers.of(factor * Math.pow(10, decade));
                    ticks.add(new Tick(at, label));
                }
            }
        }
        return ticks;
    }

    private static List<Tick> symmetric(Span positions, Scale scale, int most) {
        int first = (int) Math.ceil(Math.log10(scale.threshold()));
        double reach = Math.max(Math.abs(positions.low()), Math.abs(positions.high()));
        int last = (int) Math.floor(Math.log10(Math.abs(scale.value(reach))));
        int every = Math.max(1, (int) Math.ceil(2.0 * (last - first + 1) / most));
        List<Tick> ticks = new ArrayList<>();
        for (int decade = last; decade >= first; decade -= every) {
            double at = scale.position(Math.pow(10, decade));
            if (positions.contains(at)) {
                ticks.add(new Tick(at, Numbers.power(decade)));
            }
            if (positions.contains(-at)) {
                ticks.add(new Tick(-at, "−" + Numbers.power(decade)));
            }
        }
        if (positions.contains(0)) {
            ticks.add(new Tick(0, "0"));
        }
        return ticks;
    }
}
