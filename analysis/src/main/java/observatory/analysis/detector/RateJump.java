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

/**
 * The learning rate jumps up: a mistyped schedule, a restart at the wrong step or with another peak. A witness for what
 * follows, until the rate is back or the run has learned on at the new one. It goes on through restarts, which is where
 * rates jump; a run that begins anew far back may have any.
 */
public final class RateJump implements Detector<RateJump.State> {
    static final Setting JUMP = new Setting(
            "rate_jump.jump",
            3,
            Setting.from(1.2, 1e6),
            "ratio",
            "warm-ups grow from step to step by less than this once they are past their first steps, and schedules fall");
    static final List<Setting> SETTINGS = List.of(JUMP);

    /** A rate that has only begun to rise may well triple. */
    private static final int PAST_THE_FIRST = 20;

    /** Of the last step: one that goes further back has begun anew. */
    private static final double FAR_BACK = 0.5;

    /** Points after which the moments of Adam (β2 = 0.99: some hundred steps) are made of steps at the new rate. */
    private static final int LEARNED_ON = 128;

    /** Points on either side that are compared. */
    private static final int SPAN = 32;

    /** Twice the standard error of the difference of two medians of {@link #SPAN} values, in their deviation. */
    private static final double ERROR = 2 * 1.2533 * Math.sqrt(2.0 / SPAN);

    /**
     * @param highest so far
     * @param seen values so far
     * @param high points in a row since the jump
     * @param rank the lowest seen, which speaks for the run
     * @param before the last losses before the jump
     * @param since the last losses since the jump
     */
    public record State(
            double last, double highest, int seen, int high, int rank, long step, Window before, Window since) {
        public State {
            // A state that was stored before these were kept has none.
            before = before == null ? Window.of(SPAN) : before;
            since = since == null ? Window.of(SPAN) : since;
        }

        /** Whether the rate is one that the run has learned on at: its losses are where they were before, or lower. */
        private boolean isOver() {
            boolean told = before.size() == SPAN;
            boolean learns = since.size() == SPAN
                    && since.recentMedian(SPAN) <= before.recentMedian(SPAN) + ERROR * before.noise();
            return high >= LEARNED_ON && (learns || !told);
        }

        /** At a rate of its own. */
        private State usual(double rate, Frame frame) {
            Window losses = with(isOver() ? since : before, frame);
            int more = Math.min(seen + 1, PAST_THE_FIRST);
            int own = frame.origin().rank();
            return new State(rate, Math.max(highest, rate), more, 0, own, frame.step(), losses, Window.of(SPAN));
        }

        private State jumped(double rate, Frame frame) {
            int own = frame.origin().rank();
            return new State(rate, highest, seen, high + 1, own, frame.step(), before, with(since, frame));
        }

        private static Window with(Window losses, Frame frame) {
            double loss = frame.scalars().find(Scalars.LOSS).orElse(Double.NaN);
            return Double.isFinite(loss) ? losses.with(loss) : losses;
        }
    }

    private final Settings settings;

    public RateJump(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.LEARNING_RATE);
    }

    @Override
    public State start() {
        return new State(Double.NaN, 0, 0, 0, Integer.MAX_VALUE, -1, Window.of(SPAN), Window.of(SPAN));
    }

    @Override
    public Judgement<State> judge(State known, Frame frame) {
        if (frame.origin().rank() > known.rank) {
            return Judgement.quiet(known);
        }
        State state = frame.step() < FAR_BACK * known.step ? start() : known;
        double rate = frame.scalars().find(Scalars.LEARNING_RATE).orElse(Double.NaN);
        if (!Double.isFinite(rate) || rate <= 0) {
            return Judgement.quiet(state);
        }
        double before = state.high > 0 ? state.highest : Math.max(state.highest, state.last);
        boolean above = state.seen >= PAST_THE_FIRST && rate > settings.get(JUMP) * before && !state.isOver();
        if (!above) {
            return Judgement.quiet(state.usual(rate, frame));
        }
        return Judgement.of(
                state.jumped(rate, frame),
                new Finding(
                        "RateJump",
                        Kind.GRADIENT_DRIFT,
                        Severity.WARNING,
                        frame.step(),
                        rate / before,
                        Verdict.OPTIMISER,
                        Evidence.none().with("learningRate", rate).with("highestBefore", before),
                        "At step %,d the learning rate is %s, %s times the highest it had been."
                                .formatted(frame.step(), Numbers.of(rate), Numbers.of(rate / before)),
                        "Every update is larger by this factor at once, with moments that were gathered for smaller ones.",
                        "Check the schedule and the step it was resumed at; rewind to before this step, because the weights"
                                + " have already been moved."));
    }
}
