package observatory.ui.noise;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import observatory.analysis.detector.NoiseScale;
import observatory.probe.Scalars;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Trace;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.overview.OverviewModel;

/**
 * The gradient noise scale against the batch in use: B = tr Σ / |G|² (McCandlish and others 2018, arXiv 1812.06162),
 * the ratio of the means of both over the latest steps, because the mean of their ratio is biased; with a band of two
 * standard errors. Where the band of |G|² reaches zero there is no estimate.
 */
public final class NoiseModel {
    private static final int WINDOW = 100;
    private static final int FEWEST = 20;
    /** The noise scale is a proxy for the critical batch, and not good for less. */
    private static final double APART = NoiseScale.FACTOR.preset();

    private static final String GAINS = "the gains of norm layers";

    private final Workbench bench;
    private Parts of;
    private NoiseBand band;

    public NoiseModel(Workbench bench) {
        this.bench = bench;
    }

    public boolean measured() {
        return parts().isPresent();
    }

    /** Both parts of the estimate and what they were measured on. */
    private record Parts(Series trace, Series square, String from) {}

    /**
     * Of whole gradients where micro-batches or ranks tell, else of the norm layers' gains, which tell in every run.
     */
    private Optional<Parts> parts() {
        return parts("gradient_noise", "whole gradients").or(() -> parts("norm_noise", GAINS));
    }

    private Optional<Parts> parts(String prefix, String from) {
        Optional<Series> trace = bench.run().scalar(prefix + "_trace");
        Optional<Series> square = bench.run().scalar(prefix + "_square");
        return trace.isPresent() && square.isPresent()
                ? Optional.of(new Parts(trace.get(), square.get(), from))
                : Optional.empty();
    }

    public List<Plot> plots() {
        Recording run = bench.run();
        Parts parts = parts().orElseThrow();
        NoiseBand noise = band();
        List<Plot.Band> incidents = OverviewModel.bands(run);
        List<Trace> scale = new ArrayList<>(List.of(
                Trace.raw("high", run.frames(), noise.high(), 4),
                Trace.raw("low", run.frames(), noise.low(), 4),
                Trace.raw("noise scale", run.frames(), noise.middle(), 0)));
        run.scalar(Scalars.BATCH_SEQUENCES)
                .ifPresent(batch -> scale.add(Trace.raw("batch in use", run.frames(), batch, 1)));
        return List.of(
                Plot.of("Gradient noise scale", "sequences, from " + parts.from, scale)
                        .scaled(Scale.Kind.LOG)
                        .with(incidents, OverviewModel.rules(run)),
                Plot.of(
                                "Variance of a sequence's gradient",
                                "tr Σ",
                                List.of(Trace.raw("trace", run.frames(), parts.trace, 2)))
                        .scaled(Scale.Kind.SYMLOG)
                        .with(incidents, OverviewModel.rules(run)),
                Plot.of(
                                "Square of the true gradient",
                                "|G|²",
                                List.of(Trace.raw("square", run.frames(), parts.square, 3)))
                        .scaled(Scale.Kind.SYMLOG)
                        .with(incidents, OverviewModel.rules(run)));
    }

    /** Which regime the batch is in at the crosshair, and what would suit it. */
    public String sentence() {
        NoiseBand noise = band();
        int row = Math.min(
                bench.run().frames().rowAtOrBefore(bench.stepOfInterest()),
                noise.middle().size() - 1);
        if (row < 0 || Series.isAbsent(noise.middle().at(row))) {
            return "Not determined yet: the square of the true gradient cannot be told from zero within " + WINDOW
                    + " steps.";
        }
        double scale = noise.middle().at(row);
        OptionalDouble batch = batch(row);
        String estimate = "The noise scale is " + Numbers.of(scale) + " sequences ("
                + Numbers.of(noise.low().at(row)) + " to "
                + Numbers.of(noise.high().at(row)) + ").";
        if (batch.isEmpty()) {
            return estimate;
        }
        double share = batch.getAsDouble() / scale;
        if (parts().orElseThrow().from.equals(GAINS)) {
            return estimate + "  It is that of the gains of norms alone, which the whole model's follows within a small"
                    + " factor; micro-batches, or ranks, would tell that one and what the batch costs.";
        }
        return estimate + "  The batch of " + Numbers.of(batch.getAsDouble()) + " is " + Numbers.of(share)
                + (share < 1 ? " of it: " : " times that: ")
                + regime(share, scale);
    }

    /**
     * The regime of a batch that is this share of the noise scale: such a run takes 1 + 1/share times the fewest steps and
     * 1 + share times the fewest tokens. The bounds are those at which the detector NoiseScale speaks.
     */
    static String regime(double share, double scale) {
        String target = Numbers.of(Math.max(1, Math.pow(2, Math.round(Math.log(scale) / Math.log(2)))));
        String cost = " The run takes about " + Numbers.of(1 + 1 / share) + " times the fewest steps and "
                + Numbers.of(1 + share) + " times the fewest tokens.";
        if (share < 1 / APART) {
            return "small." + cost + " A larger batch, up to about " + target + ", would need fewer steps.";
        }
        if (share <= APART) {
            return "in balance between the number of steps and the number of tokens." + cost;
        }
        return "large." + cost + " About " + target + " would do.";
    }

    private OptionalDouble batch(int row) {
        Optional<Series> batch = bench.run().scalar(Scalars.BATCH_SEQUENCES);
        if (batch.isEmpty()
                || row >= batch.get().size()
                || Series.isAbsent(batch.get().at(row))) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(batch.get().at(row));
    }

    private NoiseBand band() {
        Parts parts = parts().orElseThrow();
        if (!parts.equals(of)) {
            of = parts;
            band = new NoiseBand(WINDOW, FEWEST);
        }
        band.follow(bench.run().frames(), parts.trace, parts.square);
        return band;
    }
}
