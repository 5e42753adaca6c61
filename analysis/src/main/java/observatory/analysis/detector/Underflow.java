package observatory.analysis.detector;

import java.util.List;
import java.util.Set;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * Gradients too small for fp16 whatever the loss scale: what lies below the smallest subnormal is lost to the update.
 */
public final class Underflow implements Detector<Underflow.State> {
    static final Setting LOST = new Setting(
            "underflow.lost",
            0.1,
            Setting.from(0.001, 1),
            "share of non-zero elements",
            "a tenth of subnormal elements beside overflows is more than any loss scale can bring into fp16");
    static final List<Setting> SETTINGS = List.of(LOST);

    private static final String METRIC = "fp16_lost_at_best_scale";
    private static final int KNOWN = 5;

    /** The lost share by parameter. */
    public record State(SiteTrend lost) {}

    private final Settings settings;

    public Underflow(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return new Needs(Set.of(Scalars.LOSS_SCALE), Set.of(METRIC));
    }

    @Override
    public State start() {
        return new State(SiteTrend.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        Column column = frame.sites().column(METRIC).orElseThrow();
        SiteTrend.Reading reading = state.lost.read(frame, column, x -> x);
        State next = new State(reading.next());
        double[] level = reading.next().fast().clone();
        for (int i = 0; i < level.length; i++) {
            level[i] = reading.known(i, KNOWN) ? level[i] : Double.NaN;
        }
        int at = SiteTrend.Reading.largest(level);
        if (at < 0 || level[at] < settings.get(LOST)) {
            return Judgement.quiet(next);
        }
        String where = reading.site(at).label();
        return Judgement.of(
                next,
                new Finding(
                        "Underflow",
                        Kind.UNDERFLOW,
                        level[at] > 0.5 ? Severity.CRITICAL : Severity.WARNING,
                        frame.step(),
                        level[at],
                        Verdict.NUMERICAL,
                        Evidence.none().with("lost", level[at]).with("parameter", where),
                        "At step %,d %s %% of the gradient of %s is lost in fp16, whatever the loss scale."
                                .formatted(frame.step(), Numbers.of(100 * level[at]), where),
                        "Its largest and smallest elements lie further apart than fp16 reaches: a scale that saves the small"
                                + " ones overflows the large ones.",
                        "Train in bf16, which has the range of fp32, or compute this gradient in fp32."));
    }
}
