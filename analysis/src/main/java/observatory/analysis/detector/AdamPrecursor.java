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
 * seen 1 to 8 steps later, mostly after the embedding's jumped (Wortsman et al. 2023, arXiv 2304.13013).
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
    static final List<Setting> SETTINGS = List.of(RMS, JUMP);

    private static final String METRIC = "adam_rms";
    /** Adam's second moment knows nothing yet; the paper leaves out the first thousand steps of its long runs. */
    private static final int KNOWN = 100;

    /** The logarithm of the RMS by parameter. */
    public record State(SiteTrend rms) {}

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
        return new State(SiteTrend.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        SiteTrend.Reading reading = state.rms.read(frame, METRIC, x -> Math.log(Math.max(x, 1e-6)));
        double mark = Math.log(settings.get(RMS));
        double jump = Math.log(settings.get(JUMP));
        return Judgement.of(
                new State(reading.next()),
                reading.worst(i -> reading.known(i, KNOWN) && reading.distance()[i] > jump && reading.value()[i] > mark
                                ? reading.value()[i]
                                : Double.NaN)
                        .map(worst -> finding(frame, worst)));
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
