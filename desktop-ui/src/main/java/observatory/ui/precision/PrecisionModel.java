package observatory.ui.precision;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.ui.Workbench;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Trace;
import observatory.ui.data.Histogram;
import observatory.ui.data.MetricData;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import observatory.ui.overview.OverviewModel;

/**
 * How close tensors come to the edges of a number format, the one in use or another one that might be: the range of
 * magnitudes at each site, the doublings left, and when they will be gone if it goes on as lately.
 */
public final class PrecisionModel {
    private static final int RECENT = 64;
    private static final int MOST_SKIPS = 200;

    private final Workbench bench;
    private final ObjectProperty<Format> format = new SimpleObjectProperty<>(Format.FP16);

    /**
     * The magnitudes of one site at one step, as binary logarithms.
     *
     * @param low the least non-zero magnitude, where its probe was on
     * @param headroom doublings left in the format looked at
     * @param stepsLeft until overflow at the pace of the latest rows; absent where it does not grow
     * @param flushed share of elements that the format makes zero, where its probe was on
     * @param histogram how its elements spread over the binades, where its probe was on
     */
    public record Range(
            Site site,
            OptionalDouble low,
            double rms,
            double high,
            double headroom,
            OptionalDouble stepsLeft,
            OptionalDouble flushed,
            Optional<Histogram> histogram) {}

    public PrecisionModel(Workbench bench) {
        this.bench = bench;
    }

    public ObjectProperty<Format> formatProperty() {
        return format;
    }

    /** Every site with a largest magnitude at the step under the crosshair; the nearest to overflow first. */
    public List<Range> ranges() {
        Optional<MetricData> largest = bench.run().metric("abs_max");
        if (largest.isEmpty()) {
            return List.of();
        }
        MetricData data = largest.get();
        int row = data.index().rowNear(bench.stepOfInterest());
        List<Range> ranges = new ArrayList<>();
        for (Site site : data.sites()) {
            double high = last(data, site, row).orElse(0);
            if (high > 0) {
                ranges.add(range(site, log2(high), data.index(), data.at(site), row));
            }
        }
        ranges.sort(Comparator.comparingDouble(Range::headroom));
        return ranges;
    }

    /** The exponent histogram of a site that was taken last at the step under the crosshair. */
    public Optional<Histogram> histogram(Site site) {
        return bench.run().histograms().near(site, bench.stepOfInterest());
    }

    /** The step that the ranges are of; -1 before the first. */
    public long step() {
        return bench.run()
                .metric("abs_max")
                .map(data -> {
                    int row = data.index().rowNear(bench.stepOfInterest());
                    return row < 0 ? -1 : data.index().step(row);
                })
                .orElse(-1L);
    }

    public boolean hasLossScale() {
        return bench.run().scalar(Scalars.LOSS_SCALE).isPresent();
    }

    /** The loss scale as a staircase, with the skipped steps shaded. */
    public Plot lossScale() {
        Recording run = bench.run();
        Optional<Series> scale = run.scalar(Scalars.LOSS_SCALE);
        List<Plot.Band> skips = new ArrayList<>(OverviewModel.bands(run));
        run.scalar(Scalars.SKIPPED).ifPresent(skipped -> {
            int end = Math.min(run.frames().size(), skipped.size());
            int found = 0;
            for (int row = end - 1; row >= 0 && found < MOST_SKIPS; row--) {
                if (skipped.at(row) == 1) {
                    long step = run.frames().step(row);
                    skips.add(new Plot.Band(step, step, "warning"));
                    found++;
                }
            }
        });
        return Plot.of(
                        "Loss scale",
                        "skipped steps are marked",
                        scale.map(series -> List.of(Trace.stairs("loss scale", run.frames(), series, 3)))
                                .orElse(List.of()))
                .scaled(Scale.Kind.LOG)
                .with(skips, OverviewModel.rules(run));
    }

    /** The largest magnitude at one site over steps, against the limit of the format. */
    public Plot history(Site site) {
        Optional<MetricData> data = bench.run().metric("abs_max");
        if (data.isEmpty() || site == null || data.get().at(site) == null) {
            return Plot.of("Largest magnitude", "", List.of());
        }
        double limit = Math.pow(2, format.get().top());
        return Plot.of(
                        "Largest magnitude",
                        site.label(),
                        List.of(Trace.raw(
                                "abs max", data.get().index(), data.get().at(site), 1)))
                .scaled(Scale.Kind.LOG)
                .with(
                        OverviewModel.bands(bench.run()),
                        List.of(new Plot.Rule(
                                false, limit, "critical", format.get().label() + " overflows")));
    }

    private Range range(Site site, double high, StepIndex index, Series series, int row) {
        double headroom = format.get().headroom(high);
        OptionalDouble span = value("exponent_span", site);
        double rms = value("rms", site).orElse(0);
        double pace = pace(index, series, row);
        return new Range(
                site,
                span.isPresent() ? OptionalDouble.of(high - span.getAsDouble()) : OptionalDouble.empty(),
                rms > 0 ? log2(rms) : Double.NaN,
                high,
                headroom,
                pace > 0 && headroom > 0 ? OptionalDouble.of(headroom / pace) : OptionalDouble.empty(),
                value(format.get().label() + "_flushed", site),
                histogram(site));
    }

    /** Bits per step by which the magnitude has grown over the latest rows, by least squares. */
    private static double pace(StepIndex index, Series series, int row) {
        int from = Math.max(0, row - RECENT + 1);
        double n = 0;
        double sumX = 0;
        double sumY = 0;
        double sumXX = 0;
        double sumXY = 0;
        for (int at = from; at <= row && at < series.size(); at++) {
            float value = series.at(at);
            if (value > 0 && value < Float.POSITIVE_INFINITY) {
                double x = index.step(at) - index.step(from);
                double y = log2(value);
                n++;
                sumX += x;
                sumY += y;
                sumXX += x * x;
                sumXY += x * y;
            }
        }
        double spread = n * sumXX - sumX * sumX;
        return n < 8 || spread == 0 ? 0 : (n * sumXY - sumX * sumY) / spread;
    }

    private OptionalDouble value(String metric, Site site) {
        Optional<MetricData> data = bench.run().metric(metric);
        return data.isEmpty()
                ? OptionalDouble.empty()
                : last(data.get(), site, data.get().index().rowNear(bench.stepOfInterest()));
    }

    /** The latest finite value at a site, not later than a row and not much earlier. */
    private static OptionalDouble last(MetricData data, Site site, int row) {
        Series series = data.at(site);
        for (int back = 0; series != null && back < RECENT && row - back >= 0; back++) {
            if (row - back < series.size() && Math.abs(series.at(row - back)) <= Float.MAX_VALUE) {
                return OptionalDouble.of(series.at(row - back));
            }
        }
        return OptionalDouble.empty();
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }
}
