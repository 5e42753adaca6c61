package observatory.ui.chart;

import java.util.ArrayList;
import java.util.List;
import observatory.ui.data.Extent;
import observatory.ui.data.StepIndex;

/** A plot in one sentence, for those who cannot see it. */
public final class Summary {
    private static final int MOST = 5;

    private Summary() {}

    public static String of(Plot plot, Span steps, StepLabels labels) {
        List<String> parts = new ArrayList<>();
        for (Trace trace : plot.traces().subList(0, Math.min(MOST, plot.traces().size()))) {
            Extent extent = new Extent().clear();
            for (StepIndex.Segment segment : trace.index().segments()) {
                int from = trace.index().rowAtOrAfter(segment, steps.low());
                int to = trace.index().rowAtOrAfter(segment, Math.nextUp(steps.high()));
                trace.series().summarise(from, to, extent);
            }
            String what = plot.traces().size() == 1 ? "" : trace.name() + " ";
            parts.add(
                    extent.hasFinite()
                            ? what + "least " + Numbers.of(extent.min()) + ", greatest " + Numbers.of(extent.max())
                                    + ", last " + Numbers.of(extent.last()) + (extent.hasNaN() ? ", with NaN" : "")
                                    + (extent.hasPlusInfinity() || extent.hasMinusInfinity() ? ", with infinities" : "")
                            : what + (extent.empty() ? "not measured" : "never finite"));
        }
        return plot.title() + ", " + labels.across() + "s " + labels.at((long) Math.ceil(steps.low()), false) + " to "
                + labels.at((long) Math.floor(steps.high()), false) + ": " + String.join("; ", parts);
    }
}
