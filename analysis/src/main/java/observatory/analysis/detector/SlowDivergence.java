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

/** The loss creeps upwards over hundreds of points, too slowly for any rule with a window ({@link Blocks}). */
public final class SlowDivergence implements Detector<SlowDivergence.State> {
    static final Setting BLOCKS = new Setting(
            "slow_divergence.blocks",
            3,
            Setting.from(2, 7),
            "blocks of 32 points",
            "three blocks in a row each two standard errors above the last come by chance once in some 10^5 blocks");
    static final Setting RISE = new Setting(
            "slow_divergence.rise",
            0.05,
            Setting.from(0.001, 1),
            "share of the best level",
            "a change of schedule, of data order or of sequence length moves a loss by some percent, and so do epochs and"
                    + " sources that are read in turn");
    static final List<Setting> SETTINGS = List.of(BLOCKS, RISE);

    private static final double STEP_ERRORS = 2;
    private static final double RISE_ERRORS = 6;

    /** The loss in blocks, and how often the points stood further apart than before. */
    public record State(Blocks loss, Pace pace, Beginning beginning, boolean open) {}

    private final Settings settings;

    public SlowDivergence(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.LOSS);
    }

    @Override
    public State start() {
        return new State(Blocks.start(), Pace.start(), Beginning.unknown(), false);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double loss = frame.scalars().find(Scalars.LOSS).orElse(Double.NaN);
        if (!Double.isFinite(loss)) {
            return Judgement.quiet(state);
        }
        Pace pace = state.pace.to(frame.step());
        Beginning beginning = state.beginning.with(frame);
        boolean anew = pace.changed() || state.beginning.again(frame, state.loss.best(), state.loss.noise());
        Blocks blocks = (anew ? Blocks.start() : state.loss).with(loss);
        State quiet = new State(blocks, pace, beginning, false);
        if (!blocks.atTheEndOfABlock()) {
            return Judgement.quiet(new State(blocks, pace, beginning, state.open && !anew));
        }
        double rise = blocks.newest() - blocks.best();
        boolean far = rise > settings.get(RISE) * Math.abs(blocks.best())
                && rise > RISE_ERRORS * blocks.error()
                && blocks.beyondItsWandering();
        int rising = blocks.rising(STEP_ERRORS * blocks.error());
        boolean begins = far && rising >= settings.count(BLOCKS);
        boolean goesOn = far && state.open && rising >= 1;
        if (!begins && !goesOn) {
            return Judgement.quiet(quiet);
        }
        return Judgement.of(new State(blocks, pace, beginning, true), finding(frame, blocks, rise, rising));
    }

    private static Finding finding(Frame frame, Blocks blocks, double rise, int rising) {
        return new Finding(
                "SlowDivergence",
                Kind.SLOW_DIVERGENCE,
                Severity.WARNING,
                frame.step(),
                rise,
                Verdict.UNDETERMINED,
                Evidence.none()
                        .with("level", blocks.newest())
                        .with("best", blocks.best())
                        .with("risingBlocks", (long) rising)
                        .with("standardError", blocks.error()),
                "Up to step %,d the loss has been rising for %,d blocks of 32 points, from %s at best to %s."
                        .formatted(frame.step(), rising, Numbers.of(blocks.best()), Numbers.of(blocks.newest())),
                "A slow rise is what spike rules cannot see, and it seldom turns by itself: in two fp16 runs of 104B"
                        + " parameters it ended in divergence (BigScience tr8, experiments 1 and 2).",
                "Compare update ratios, attention logits and the loss scale with the time before the rise; lower the"
                        + " learning rate, or go back to a checkpoint before it.");
    }
}
