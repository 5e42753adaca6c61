package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;

/**
 * The gradient outgrows Adam's memory of it: RMS of g/√v of a parameter jumps, and with it the update. Loss spikes were
 * seen 1 to 8 steps later, mostly after the embedding's jumped (Wortsman et al. 2023, arXiv 2304.13013). Tensors of few
 * elements or of rare tokens jump in healthy runs too, so it is quiet until it knows how far those of this run do.
 */
public final class AdamPrecursor implements Detector<AdamPrecursor.State> {
    static final Setting RMS = new Setting(
            "adam_precursor.rms",
            2.3,
            Setting.from(1.1, 31),
            "1",
            "the published mark, with 28 of 30 spikes behind it");
    static final Setting JUMP = new Setting(
            "adam_precursor.jump",
            2,
            Setting.from(1.1, 31),
            "ratio",
            "RMS is bounded by 1/√(1-β2), so that a level alone means other things for other β2; a doubling means the same");
    static final Setting AWAY = new Setting(
            "adam_precursor.away",
            6,
            Setting.from(1, 100),
            "mean distances of ln",
            "the RMS of a matrix varies by a tenth from step to step, of which six are less than a doubling; of a norm's few"
                    + " gains and biases, and of rows of rare tokens, it doubles in any healthy run: where the run's own tail"
                    + " is heavier, a jump must be rarer than once in 5,000 steps by that");
    static final List<Setting> SETTINGS = List.of(RMS, JUMP, AWAY);

    private static final String METRIC = "adam_rms";
    /** Adam's second moment knows nothing yet; the paper leaves out the first thousand steps of its long runs. */
    private static final int KNOWN = 100;

    /** Values after which a level is one; the run's tail is learned from then on. */
    private static final int LEVEL = 30;

    private static final double RARE = 5_000;

    /**
     * The logarithm of the RMS by parameter.
     *
     * @param furthest mean distances of the parameter that was furthest away, step by step
     */
    public record State(SiteTrend rms, Extremes furthest) {
        public State {
            // A state that was stored before this was kept has none.
            furthest = furthest == null ? Extremes.none() : furthest;
        }
    }

    private final Settings settings;

    public AdamPrecursor(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.metrics(METRIC);
    }

    @Override
    public State start() {
        return new State(SiteTrend.start(), Extremes.none());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        SiteTrend.Reading reading = state.rms.read(frame, METRIC, SiteTrend::logarithm);
        double tail = state.furthest.onceIn(RARE);
        double usual = Math.max(settings.get(AWAY), tail);
        State next = new State(reading.next(), furthest(state.furthest, reading));
        return tail > 0
                ? Judgement.of(
                        next, reading.worst(i -> jumped(reading, i, usual)).map(worst -> finding(frame, worst)))
                : Judgement.quiet(next);
    }

    private double jumped(SiteTrend.Reading reading, int i, double usual) {
        boolean jumped = reading.known(i, KNOWN)
                && reading.value()[i] > Math.log(settings.get(RMS))
                && reading.distance()[i] > Math.max(Math.log(settings.get(JUMP)), usual * reading.noise(i));
        return jumped ? reading.value()[i] : Double.NaN;
    }

    private static Extremes furthest(Extremes known, SiteTrend.Reading reading) {
        return reading.worst(i -> reading.known(i, LEVEL) ? reading.distance()[i] / reading.noise(i) : Double.NaN)
                .map(worst -> known.with(worst.measure()))
                .orElse(known);
    }

    private static Finding finding(Frame frame, SiteTrend.Worst worst) {
        double rms = Math.exp(worst.value());
        double jump = Math.exp(worst.distance());
        return new Finding(
                "AdamPrecursor",
                Kind.GRADIENT_SPIKE,
                Severity.INFO,
                frame.step(),
                rms,
                Verdict.UNDETERMINED,
                Evidence.none().with("adamRms", rms).with("jump", jump).with("parameter", worst.where()),
                "At step %,d the gradient of %s was %s times what Adam expected, %s times its level."
                        .formatted(frame.step(), worst.where(), Numbers.of(rms), Numbers.of(jump)),
                "An out-of-date second moment makes the update too large by this factor; loss spikes followed within"
                        + " 8 steps in 28 of 30 cases.",
                "Lower β2 (0.95 for language models), clip the update by its RMS (StableAdamW), or shrink the"
                        + " embedding's gradient (GLM used 0.1).");
    }
}
