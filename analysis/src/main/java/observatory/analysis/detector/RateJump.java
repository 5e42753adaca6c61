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
 * follows. It goes on through restarts, which is where rates jump; a run that begins anew far back may have any.
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

    /**
     * @param highest so far
     * @param seen values so far
     * @param high points in a row since the jump
     * @param rank the lowest seen, which speaks for the run
     */
    public record State(double last, double highest, int seen, int high, int rank, long step) {}

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
        return new State(Double.NaN, 0, 0, 0, Integer.MAX_VALUE, -1);
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
        boolean above = state.seen >= PAST_THE_FIRST && rate > settings.get(JUMP) * before;
        State next = above
                ? new State(
                        rate,
                        state.highest,
                        state.seen,
                        state.high + 1,
                        frame.origin().rank(),
                        frame.step())
                : new State(
                        rate,
                        Math.max(state.highest, rate),
                        Math.min(state.seen + 1, PAST_THE_FIRST),
                        0,
                        frame.origin().rank(),
                        frame.step());
        if (!above) {
            return Judgement.quiet(next);
        }
        return Judgement.of(
                next,
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
