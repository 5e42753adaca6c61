package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/** Steps are skipped far more often than a loss scaler at its edge would. */
public final class SkipStorm implements Detector<SkipStorm.State> {
    static final Setting IN_A_ROW = new Setting(
            "skip_storm.in_a_row",
            8,
            Setting.from(2, 10_000),
            "steps",
            "a scaler halves its way out of one overflow in one or two steps; eight are a factor of 256");
    static final Setting FATAL =
            new Setting("skip_storm.fatal", 50, Setting.from(5, 100_000), "steps", "GPT-NeoX ends the run here");
    static final Setting SHARE = new Setting(
            "skip_storm.share",
            0.02,
            Setting.from(0.001, 1),
            "share of the last 1000 steps",
            "a scaler in balance skips at most two in a thousand; ten times that is no balance");
    static final List<Setting> SETTINGS = List.of(IN_A_ROW, FATAL, SHARE);

    private static final double SPAN = 1000;
    /** Steps that were taken before skips count: the search for the first scale skips as many as it needs. */
    private static final int SETTLED = 50;

    private static final int FEWEST = 5;

    /**
     * @param rate slow average of skipping
     * @param taken steps since the start that were not skipped
     */
    public record State(int inARow, double rate, long taken, long skipped) {}

    private final Settings settings;

    public SkipStorm(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.SKIPPED);
    }

    @Override
    public State start() {
        return new State(0, 0, 0, 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        boolean skipped = frame.scalars().find(Scalars.SKIPPED).orElse(0) > 0;
        boolean counts = state.taken >= SETTLED;
        double rate = counts ? state.rate + ((skipped ? 1 : 0) - state.rate) / SPAN : 0;
        State next = new State(
                skipped ? state.inARow + 1 : 0,
                rate,
                state.taken + (skipped ? 0 : 1),
                state.skipped + (skipped && counts ? 1 : 0));
        boolean fatal = next.inARow >= settings.get(FATAL);
        boolean row = counts && next.inARow >= settings.get(IN_A_ROW);
        boolean often = counts && skipped && rate > settings.get(SHARE) && next.skipped >= FEWEST;
        if (!fatal && !row && !often) {
            return Judgement.quiet(next);
        }
        return Judgement.of(
                next,
                new Finding(
                        "SkipStorm",
                        Kind.LOSS_SCALE_COLLAPSE,
                        fatal ? Severity.CRITICAL : Severity.WARNING,
                        frame.step(),
                        next.inARow + 1000 * rate,
                        Verdict.NUMERICAL,
                        Evidence.none()
                                .with("skippedInARow", (long) next.inARow)
                                .with("shareOfLast1000", rate)
                                .with("skipped", next.skipped),
                        "Up to step %,d %,d steps in a row were skipped, and %s %% of the last thousand."
                                .formatted(frame.step(), next.inARow, Numbers.of(100 * rate)),
                        "A skipped step is a batch paid for and not learned from; so many mean that gradients overflow at any"
                                + " scale.",
                        "Look for the first tensor that is not finite; lower the learning rate, or change to bf16."));
    }
}
