package observatory.ui.precision;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import observatory.probe.Broken;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
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
     * @param high the largest magnitude of the finite elements; NaN where there is none
     * @param headroom doublings left in the format looked at; −∞ where elements are infinite, else NaN where some are
     * @param broken how many elements are infinite and how many NaN, where they were counted
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
            Broken broken,
            OptionalDouble stepsLeft,
            OptionalDouble flushed,
            Optional<Histogram> histogram) {

        boolean overflowed() {
            return headroom == Double.NEGATIVE_INFINITY;
        }

        boolean notANumber() {
            return Double.isNaN(headroom);
        }

        /** The doublings left, or the word for what has become of them. */
        String left() {
            return overflowed() ? "overflow" : Numbers.of(headroom);
        }

        /** What of the tensor is not finite; empty where all of it is. */
        String lost() {
            StringJoiner words = new StringJoiner(", ");
            if (overflowed()) {
                words.add(counted(broken.infinite(), "infinite"));
            }
            if (notANumber() || broken.nan() > 0) {
                words.add(counted(broken.nan(), "NaN"));
            }
            return words.toString();
        }

        private static String counted(long elements, String what) {
            return elements == 0 ? what : Numbers.whole(elements) + " " + what;
        }

        /** What has overflowed first, then what is NaN, then the rest by what is left. */
        private int turn() {
            return overflowed() ? 0 : notANumber() ? 1 : 2;
        }
    }

    /** What was measured last at a site. */
    private record Reading(long step, double value) {}

    public PrecisionModel(Workbench bench) {
        this.bench = bench;
    }

    public ObjectProperty<Format> formatProperty() {
        return format;
    }

    /**
     * Every site with a largest magnitude at the step under the crosshair; those that have overflowed or become NaN
     * first, in the order in which a step passes them, then the nearest to overflow.
     */
    public List<Range> ranges() {
        Optional<MetricData> largest = bench.run().metric("abs_max");
        if (largest.isEmpty()) {
            return List.of();
        }
        List<Range> ranges = new ArrayList<>();
        for (Site site : largest.get().sites()) {
            last(largest.get(), site)
                    .flatMap(reading -> range(site, reading, largest.get()))
                    .ifPresent(ranges::add);
        }
        ranges.sort(Comparator.comparingInt(Range::turn).thenComparingDouble(Range::headroom));
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
                    skips.add(new Plot.Band(step, step, "warning", true));
                    found++;
                }
            }
        });
        return Plot.of(
                        "Loss scale",
                        "skips marked",
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
                        site.label(),
                        "largest magnitude",
                        List.of(Trace.raw(
                                "abs max", data.get().index(), data.get().at(site), 1)))
                .scaled(Scale.Kind.LOG)
                .with(
                        OverviewModel.bands(bench.run()),
                        List.of(new Plot.Rule(
                                false, limit, "critical", format.get().label() + " overflows")));
    }

    /** Empty where a tensor is all zeros, which have no magnitude. */
    private Optional<Range> range(Site site, Reading largest, MetricData data) {
        boolean finite = Double.isFinite(largest.value);
        long infinite = count("inf", site, largest.step);
        long nan = count("nan", site, largest.step);
        boolean overflowed = infinite > 0 || largest.value == Double.POSITIVE_INFINITY;
        boolean broken = overflowed || nan > 0 || !finite;
        if (largest.value == 0 && !broken) {
            return Optional.empty();
        }
        // Of a tensor without a finite element the largest finite magnitude is told as 0.
        double high = finite && largest.value > 0 ? log2(largest.value) : Double.NaN;
        double headroom = overflowed
                ? Double.NEGATIVE_INFINITY
                : broken ? Double.NaN : format.get().headroom(high);
        double span = value("exponent_span", site);
        double rms = value("rms", site);
        double flushed = value(format.get().label() + "_flushed", site);
        double pace = pace(data.index(), data.at(site), data.index().rowNear(bench.stepOfInterest()));
        return Optional.of(new Range(
                site,
                present(high - span),
                rms > 0 && rms < Double.POSITIVE_INFINITY ? log2(rms) : Double.NaN,
                high,
                headroom,
                new Broken(nan, infinite),
                pace > 0 && headroom > 0 ? OptionalDouble.of(headroom / pace) : OptionalDouble.empty(),
                present(flushed),
                broken ? bench.run().histograms().at(site, largest.step) : histogram(site)));
    }

    private static OptionalDouble present(double value) {
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
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

    /** The latest value of a metric at a site; NaN where there is none, or it is one. */
    private double value(String metric, Site site) {
        return bench.run()
                .metric(metric)
                .flatMap(data -> last(data, site))
                .map(Reading::value)
                .orElse(Double.NaN);
    }

    /** How many elements were counted, at a step or since. */
    private long count(String metric, Site site, long notBefore) {
        return bench.run()
                .metric(metric)
                .flatMap(data -> last(data, site))
                .filter(reading -> reading.step >= notBefore)
                .map(reading -> (long) reading.value)
                .orElse(0L);
    }

    /** What was measured at a site, finite or not, not after the crosshair and not many rows before it. */
    private Optional<Reading> last(MetricData data, Site site) {
        Series series = data.at(site);
        int row = data.index().rowNear(bench.stepOfInterest());
        int found = series == null ? -1 : series.lastPresent(row);
        return found < 0 || row - found >= RECENT
                ? Optional.empty()
                : Optional.of(new Reading(data.index().step(found), series.at(found)));
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }
}
