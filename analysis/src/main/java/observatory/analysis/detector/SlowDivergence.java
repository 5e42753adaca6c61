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

/** The loss creeps upwards over hundreds or thousands of points, too slowly for any window ({@link Thinned}). */
public final class SlowDivergence implements Resumable<SlowDivergence.State> {
    static final Setting BLOCKS = new Setting(
            "slow_divergence.blocks",
            3,
            Setting.from(2, 7),
            "blocks in a row",
            "three blocks in a row each two standard errors above the last come by chance once in some 10^5 blocks, of 32"
                    + " points, of 128, of 512 or of 2,048");
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

    /**
     * The loss in blocks of every scale.
     *
     * @param openScale number of the scale, from 1, at which a rise was found that goes on; 0 where there is none
     * @param reached what the blocks of 32 points must stay above for it to go on
     */
    public record State(Thinned blocks, Pace pace, Beginning beginning, int openScale, double reached) {
        public State {
            // A state that was stored before this was kept has none.
            blocks = blocks == null ? Thinned.start() : blocks;
        }
    }

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
        return new State(Thinned.start(), Pace.start(), Beginning.unknown(), 0, Double.NaN);
    }

    /** A run that creeps does so from checkpoint to checkpoint. */
    @Override
    public State resumed(State state) {
        return state;
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double loss = frame.scalars().find(Scalars.LOSS).orElse(Double.NaN);
        if (!Double.isFinite(loss)) {
            return Judgement.quiet(state);
        }
        Pace pace = state.pace.to(frame.step());
        Beginning beginning = state.beginning.with(frame);
        Blocks before = state.blocks.finest();
        boolean anew = pace.changed() || state.beginning.again(frame, before.best(), before.noise());
        Thinned known = anew ? Thinned.start() : state.blocks;
        Thinned now = known.with(loss);
        int open = anew ? 0 : state.openScale;
        Blocks finest = now.finest();
        if (!finest.atTheEndOfABlock()) {
            return Judgement.quiet(new State(now, pace, beginning, open, state.reached));
        }
        for (int scale = 0; scale < Thinned.SCALES; scale++) {
            Blocks blocks = now.scales().get(scale);
            boolean ended = blocks.finished() > known.scales().get(scale).finished();
            if (ended && rises(blocks)) {
                return Judgement.of(
                        new State(now, pace, beginning, scale + 1, blocks.newest() - finest.error()),
                        finding(frame, blocks, scale));
            }
        }
        boolean goesOn = open > 0 && far(finest) && finest.newest() > state.reached;
        return goesOn
                ? Judgement.of(
                        new State(now, pace, beginning, open, state.reached),
                        finding(frame, now.scales().get(open - 1), open - 1))
                : Judgement.quiet(new State(now, pace, beginning, 0, Double.NaN));
    }

    private boolean rises(Blocks blocks) {
        return far(blocks) && blocks.rising(STEP_ERRORS * blocks.error()) >= settings.count(BLOCKS);
    }

    private boolean far(Blocks blocks) {
        double rise = blocks.newest() - blocks.best();
        return rise > settings.get(RISE) * Math.abs(blocks.best())
                && rise > RISE_ERRORS * blocks.error()
                && blocks.beyondItsWandering();
    }

    private static Finding finding(Frame frame, Blocks blocks, int scale) {
        double rise = blocks.newest() - blocks.best();
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
                        .with("risingBlocks", (long) blocks.rising(0))
                        .with("blockPoints", Thinned.points(scale))
                        .with("standardError", blocks.error()),
                "Up to step %,d the loss has crept up from %s at best to %s, by medians of %,d points."
                        .formatted(
                                frame.step(),
                                Numbers.of(blocks.best()),
                                Numbers.of(blocks.newest()),
                                Thinned.points(scale)),
                "A slow rise is what spike rules cannot see, and it seldom turns by itself: in two fp16 runs of 104B"
                        + " parameters it ended in divergence (BigScience tr8, experiments 1 and 2).",
                "Compare update ratios, attention logits and the loss scale with the time before the rise; lower the"
                        + " learning rate, or go back to a checkpoint before it.");
    }
}
