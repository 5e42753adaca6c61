package observatory.analysis.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import observatory.probe.Frame;

/**
 * How the signals of a run were just before an incident: where a resistant line through the steps before had come to,
 * and the median absolute deviation from that line (times 1.4826, as for a normal distribution); of the logarithm
 * where a signal is never below zero. A line, because the loss of a young run falls by more than its noise. A signal
 * with fewer than {@value #LEAST_VALUES} values has no level, unless half of the steps have one: of a handful no
 * spread can be told.
 */
final class Baseline {
    /** A departure larger than this is told as this: what is not finite has no size. */
    static final double MOST = 1e6;

    private static final double CONSISTENT = 1.4826;
    private static final double LEAST_RELATIVE = 0.01;
    private static final double LEAST_LOG = 0.02;
    private static final double LEAST = 1e-3;
    private static final int LEAST_THIRD = 4;
    private static final int LEAST_VALUES = 12;
    private static final double TREND = 3;

    /** @param reach the farthest that any of the steps before lay from it, in deviations */
    private record Level(double median, double scale, double reach, boolean logarithmic) {}

    private final Map<Signal, Level> levels = new HashMap<>();

    Baseline(List<Frame> frames) {
        Map<Signal, List<Double>> values = new HashMap<>();
        for (Frame frame : frames) {
            Signals.of(frame)
                    .forEach((signal, value) -> values.computeIfAbsent(signal, s -> new ArrayList<>())
                            .add(value));
        }
        int least = Math.min(LEAST_VALUES, (frames.size() + 1) / 2);
        values.forEach((signal, all) -> {
            if (all.size() >= least) {
                levels.put(signal, level(all));
            }
        });
    }

    private static Level level(List<Double> all) {
        double[] finite =
                all.stream().filter(Double::isFinite).mapToDouble(d -> d).toArray();
        boolean logarithmic = finite.length > 0 && Arrays.stream(finite).allMatch(value -> value > 0);
        double[] shown = Arrays.stream(finite)
                .map(value -> logarithmic ? Math.log(value) : value)
                .toArray();
        double slope = slope(shown);
        double[] straight = level(shown, slope);
        double noise = deviation(straight);
        // A trend that is no larger than the noise is none, and would only add its own uncertainty.
        boolean trend = Math.abs(slope) * (shown.length - 1) > TREND * noise;
        double[] level = trend ? straight : shown;
        double median = median(level);
        double deviation = trend ? noise : deviation(shown);
        double least = logarithmic ? LEAST_LOG : Math.max(LEAST, LEAST_RELATIVE * Math.abs(median));
        double scale = Math.max(deviation, least);
        double reach = Arrays.stream(level)
                .map(value -> Math.abs(value - median) / scale)
                .max()
                .orElse(0);
        return new Level(median, scale, reach, logarithmic);
    }

    /** Every value as it would be at the end of the line. */
    private static double[] level(double[] values, double slope) {
        double[] level = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            level[i] = values[i] - slope * (i - (values.length - 1));
        }
        return level;
    }

    private static double deviation(double[] values) {
        double median = median(values);
        return CONSISTENT
                * median(Arrays.stream(values)
                        .map(value -> Math.abs(value - median))
                        .toArray());
    }

    /** Tukey's resistant line: between the medians of the first and the last third, a step; 0 for a few values. */
    private static double slope(double[] values) {
        int third = values.length / 3;
        if (third < LEAST_THIRD) {
            return 0;
        }
        double first = median(Arrays.copyOf(values, third));
        double last = median(Arrays.copyOfRange(values, values.length - third, values.length));
        return (last - first) / (values.length - third);
    }

    /** How many deviations a value lies above (or below) its level; what is not finite lies {@link #MOST} above. */
    double departure(Signal signal, double value) {
        Level level = levels.get(signal);
        if (level == null) {
            return 0;
        }
        if (!Double.isFinite(value)) {
            return MOST;
        }
        if (level.logarithmic && value <= 0) {
            return -MOST;
        }
        double shown = level.logarithmic ? Math.log(value) : value;
        return Math.clamp((shown - level.median) / level.scale, -MOST, MOST);
    }

    /** How many deviations from its level the signal came in the steps before; 0 for one without a level. */
    double reach(Signal signal) {
        Level level = levels.get(signal);
        return level == null ? 0 : level.reach;
    }

    static double median(double[] values) {
        if (values.length == 0) {
            return 0;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
    }
}
