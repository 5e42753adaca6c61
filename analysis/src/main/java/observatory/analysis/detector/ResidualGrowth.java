package observatory.analysis.detector;

import java.util.Arrays;
import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;

/** The residual stream grows from step to step: in fp16 it ends in an overflow, elsewhere in a saturated output. */
public final class ResidualGrowth implements Detector<ResidualGrowth.State> {
    static final Setting GROWTH = new Setting(
            "residual_growth.growth",
            2.5,
            Setting.from(1.1, 100),
            "ratio to the level of 300 steps",
            "a doubling in a thousand steps would show as 1.2; early training"
                    + " settles by less than a factor of two");
    static final List<Setting> SETTINGS = List.of(GROWTH);

    private static final String METRIC = "rms";
    /** The stream triples within the first hundred steps of any run; the slow level has forgotten that by then. */
    private static final int KNOWN = 290;

    /** The logarithm of the rms by place in the stream. */
    public record State(SiteTrend rms) {}

    private final Settings settings;

    public ResidualGrowth(Settings settings) {
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
        SiteTrend.Reading reading = state.rms.read(frame, stream(frame), SiteTrend::logarithm);
        return Judgement.of(
                new State(reading.next()),
                reading.worst(reading.grown(KNOWN, settings.get(GROWTH))).map(worst -> finding(frame, worst)));
    }

    private Finding finding(Frame frame, SiteTrend.Worst worst) {
        double ratio = Math.exp(worst.measure());
        return new Finding(
                "ResidualGrowth",
                Kind.LOGIT_DRIFT,
                ratio >= 2 * settings.get(GROWTH) ? Severity.WARNING : Severity.INFO,
                frame.step(),
                ratio,
                Verdict.UNDETERMINED,
                Evidence.none()
                        .with("rms", Math.exp(worst.fast()))
                        .with("growth", ratio)
                        .with("site", worst.where()),
                "Up to step %,d the residual stream at %s grew to %s times its level of the last 300 steps."
                        .formatted(frame.step(), worst.where(), Numbers.of(ratio)),
                "What is added to the stream no longer balances; deeper layers see larger inputs, and their own"
                        + " share loses weight.",
                "Check which layer writes the growth (attention or MLP), its weight decay and its output scale"
                        + " 1/√(2·layers).");
    }

    /** The column of the residual stream alone. */
    private static Column stream(Frame frame) {
        Column all = frame.sites().column(METRIC).orElseThrow();
        int[] kept = new int[all.size()];
        double[] values = new double[all.size()];
        int n = 0;
        for (int i = 0; i < all.size(); i++) {
            if (frame.sites().sites().get(all.at()[i]).hook() == Hook.RESIDUAL) {
                kept[n] = all.at()[i];
                values[n++] = all.values()[i];
            }
        }
        return new Column(METRIC, Arrays.copyOf(kept, n), Arrays.copyOf(values, n));
    }
}
