package observatory.analysis.detector;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * Updates leave the band of sizes, relative to their weights, in which training works; above it
 * weights are thrown about.
 */
public final class UpdateBand implements Detector<UpdateBand.State> {
    static final Setting HIGH = new Setting(
            "update_band.high",
            0.03,
            Setting.from(1e-3, 10),
            "update norm per weight norm",
            "1e-3 is usual and 1e-2 the edge of what is healthy; three times the edge replaces a matrix in"
                    + " some thirty steps");
    static final Setting JUMP = new Setting(
            "update_band.jump",
            4,
            Setting.from(1.2, 1e3),
            "ratio to the level",
            "schedules change rates by a few percent a step, and warm-ups by less than four times within ten steps");
    static final Setting DROP = new Setting(
            "update_band.drop",
            2,
            Setting.from(1.2, 1e6),
            "ratio to the level",
            "updates per learning rate vary by a tenth from step to step; half of it lost at once by most parameters is a"
                    + " changed ε or moment");
    static final List<Setting> SETTINGS = List.of(HIGH, JUMP, DROP);

    private static final String METRIC = "update_ratio";
    private static final int KNOWN = 5;
    /** Weights that begin at zero grow, and their updates shrink relative to them, over the first tens of steps. */
    private static final int SETTLED = 100;
    /** One parameter alone may be odd (a bias of zeros); half of them share a cause. */
    private static final double MANY = 0.5;

    /** The logarithm of the ratio by parameter, as it is and for each unit of the learning rate. */
    public record State(SiteTrend ratios, SiteTrend perRate) {}

    private final Settings settings;

    public UpdateBand(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.metrics(METRIC);
    }

    @Override
    public State start() {
        return new State(SiteTrend.start(), SiteTrend.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        SiteTrend.Reading reading = state.ratios.read(frame, METRIC, SiteTrend::logarithm);
        double rate = frame.scalars().find(Scalars.LEARNING_RATE).orElse(1);
        SiteTrend.Reading perRate =
                state.perRate.read(frame, METRIC, x -> rate > 0 ? SiteTrend.logarithm(x / rate) : Double.NaN);
        State next = new State(reading.next(), perRate.next());
        int half = (int) Math.ceil(MANY * reading.value().length);
        IntToDoubleFunction fall = i -> fallen(perRate, i);
        if (count(reading, fall) > half) {
            return Judgement.of(next, perRate.worst(fall).map(worst -> vanished(frame, worst, count(reading, fall))));
        }
        IntToDoubleFunction jump = i -> jumped(reading, i);
        int many = count(reading, jump);
        return many < half
                ? Judgement.quiet(next)
                : Judgement.of(next, reading.worst(jump).map(worst -> jumped(frame, worst, many)));
    }

    private double jumped(SiteTrend.Reading reading, int i) {
        boolean above = reading.known(i, KNOWN)
                && reading.value()[i] > Math.log(settings.get(HIGH))
                && reading.distance()[i] > Math.log(settings.get(JUMP));
        return above ? reading.distance()[i] : Double.NaN;
    }

    private double fallen(SiteTrend.Reading perRate, int i) {
        double fall = -perRate.distance()[i];
        return perRate.known(i, SETTLED) && fall > Math.log(settings.get(DROP)) ? fall : Double.NaN;
    }

    private static int count(SiteTrend.Reading reading, IntToDoubleFunction measure) {
        return (int) IntStream.range(0, reading.value().length)
                .filter(i -> !Double.isNaN(measure.applyAsDouble(i)))
                .count();
    }

    private static Finding jumped(Frame frame, SiteTrend.Worst worst, int parameters) {
        double ratio = Math.exp(worst.value());
        double jump = Math.exp(worst.measure());
        return new Finding(
                "UpdateBand",
                Kind.GRADIENT_DRIFT,
                Severity.WARNING,
                frame.step(),
                jump,
                Verdict.OPTIMISER,
                Evidence.none()
                        .with("updateRatio", ratio)
                        .with("jump", jump)
                        .with("parameter", worst.where())
                        .with("parameters", (long) parameters),
                "At step %,d the updates of %,d parameters jumped, that of %s to %s of its weights, %s times its level."
                        .formatted(frame.step(), parameters, worst.where(), Numbers.of(ratio), Numbers.of(jump)),
                "All parameters at once is the optimiser's doing, not the data's: a learning rate, a moment or ε that"
                        + " changed.",
                "Compare learning rate, β2 and ε of this step with the configuration; rewind to before it, because"
                        + " the weights have been moved too far.");
    }

    private static Finding vanished(Frame frame, SiteTrend.Worst worst, int parameters) {
        double fall = Math.exp(worst.measure());
        return new Finding(
                "UpdateBand",
                Kind.GRADIENT_DRIFT,
                Severity.WARNING,
                frame.step(),
                fall,
                Verdict.OPTIMISER,
                Evidence.none()
                        .with("updatePerRate", Math.exp(worst.value()))
                        .with("fall", fall)
                        .with("parameter", worst.where())
                        .with("parameters", (long) parameters),
                "At step %,d the updates of %,d parameters shrank without a lower rate, that of %s by a factor of %s."
                        .formatted(frame.step(), parameters, worst.where(), Numbers.of(fall)),
                "All parameters at once is the optimiser's doing: an ε larger than the second moments, or a rate that was set"
                        + " back; the run goes on and learns nothing.",
                "Compare learning rate and ε of this step with the configuration; 1e-8 is usual, and 1e-15 was used for"
                        + " large models (Wortsman et al. 2023).");
    }
}
