package observatory.ui.chart;

import java.util.Optional;
import observatory.ui.data.Series;

/** The values of a plot at one step, in a line. */
final class Readout {
    private static final int MOST = 6;

    private Readout() {}

    static String of(Plot plot, StepLabels labels, double step, boolean withStep) {
        StringBuilder text = new StringBuilder();
        long at = Long.MIN_VALUE;
        for (Trace trace : plot.traces().subList(0, Math.min(MOST, plot.traces().size()))) {
            int row = row(trace, step);
            if (row < 0) {
                continue;
            }
            at = Math.max(at, trace.index().step(row));
            text.append(text.isEmpty() ? "" : "   ");
            if (plot.traces().size() > 1) {
                text.append(trace.name()).append(' ');
            }
            text.append(Numbers.of(trace.series().at(row)));
        }
        return text.isEmpty() || !withStep
                ? text.toString()
                : text + "   " + labels.across() + " " + labels.at(at, false);
    }

    /** The row nearest before a step in which something was measured, within a few rows; -1 where there is none. */
    private static int row(Trace trace, double step) {
        int row =
                Math.min(trace.index().rowAtOrBefore(step + 0.5), trace.series().size() - 1);
        for (int back = 0; back < 64 && row - back >= 0; back++) {
            if (!Series.isAbsent(trace.series().at(row - back))) {
                return row - back;
            }
        }
        return -1;
    }

    /** The value of a trace at a step, if it was measured there or shortly before. */
    static Optional<Float> value(Trace trace, double step) {
        int row = row(trace, step);
        return row < 0 ? Optional.empty() : Optional.of(trace.series().at(row));
    }
}
