package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/** Updates leave the band of sizes, relative to their weights, in which training works; above it weights are thrown about. */
public final class UpdateBand implements Detector<UpdateBand.State> {
    static final Setting HIGH = new Setting(
            "update_band.high",
            0.03,
            Setting.from(1e-3, 10),
            "update norm per weight norm",
            "1e-3 is usual and 1e-2 the edge of what is healthy (signals.md 7); three times the edge replaces a matrix in"
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
        Column column = frame.sites().column(METRIC).orElseThrow();
        SiteTrend.Reading reading = state.ratios.read(frame, column, x -> x > 0 ? Math.log(x) : Double.NaN);
        double rate = frame.scalars().find(Scalars.LEARNING_RATE).orElse(1);
        SiteTrend.Reading perRate =
                state.perRate.read(frame, column, x -> x > 0 && rate > 0 ? Math.log(x / rate) : Double.NaN);
        State next = new State(reading.next(), perRate.next());
        double[] jumped = new double[reading.value().length];
        int many = 0;
        int fallen = 0;
        for (int i = 0; i < jumped.length; i++) {
            double before = reading.value()[i] - reading.distance()[i];
            boolean known = reading.known(i, KNOWN);
            boolean above = known
                    && reading.value()[i] > Math.log(settings.get(HIGH))
                    && reading.value()[i] - before > Math.log(settings.get(JUMP));
            jumped[i] = above ? reading.distance()[i] : Double.NaN;
            many += above ? 1 : 0;
            fallen += perRate.known(i, SETTLED) && perRate.distance()[i] < -Math.log(settings.get(DROP)) ? 1 : 0;
        }
        if (fallen > MANY * jumped.length) {
            return Judgement.of(next, vanished(frame, perRate, fallen));
        }
        int at = SiteTrend.Reading.largest(jumped);
        if (at < 0 || many < MANY * jumped.length) {
            return Judgement.quiet(next);
        }
        double ratio = Math.exp(reading.value()[at]);
        String where = reading.site(at).label();
        return Judgement.of(
                next,
                new Finding(
                        "UpdateBand",
                        Kind.GRADIENT_DRIFT,
                        Severity.WARNING,
                        frame.step(),
                        Math.exp(jumped[at]),
                        Verdict.OPTIMISER,
                        Evidence.none()
                                .with("updateRatio", ratio)
                                .with("jump", Math.exp(jumped[at]))
                                .with("parameter", where)
                                .with("parameters", (long) many),
                        "At step %d the updates of %d parameters jumped, that of %s to %s of its weights, %s times its level."
                                .formatted(
                                        frame.step(),
                                        many,
                                        where,
                                        Words.number(ratio),
                                        Words.number(Math.exp(jumped[at]))),
                        "All parameters at once is the optimiser's doing, not the data's: a learning rate, a moment or ε that"
                                + " changed.",
                        "Compare learning rate, β2 and ε of this step with the configuration; rewind to before it, because"
                                + " the weights have been moved too far."));
    }

    private static Finding vanished(Frame frame, SiteTrend.Reading reading, int parameters) {
        double[] fall = new double[reading.distance().length];
        for (int i = 0; i < fall.length; i++) {
            fall[i] = -reading.distance()[i];
        }
        int at = SiteTrend.Reading.largest(fall);
        String where = reading.site(at).label();
        return new Finding(
                "UpdateBand",
                Kind.GRADIENT_DRIFT,
                Severity.WARNING,
                frame.step(),
                Math.exp(fall[at]),
                Verdict.OPTIMISER,
                Evidence.none()
                        .with("updatePerRate", Math.exp(reading.value()[at]))
                        .with("fall", Math.exp(fall[at]))
                        .with("parameter", where)
                        .with("parameters", (long) parameters),
                "At step %d the updates of %d parameters shrank without a lower rate, that of %s by a factor of %s."
                        .formatted(frame.step(), parameters, where, Words.number(Math.exp(fall[at]))),
                "All parameters at once is the optimiser's doing: an ε larger than the second moments, or a rate that was set"
                        + " back; the run goes on and learns nothing.",
                "Compare learning rate and ε of this step with the configuration; 1e-8 is usual, and 1e-15 was used for"
                        + " large models (Wortsman et al. 2023).");
    }
}
