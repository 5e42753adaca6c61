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

/** Steps take longer than they did, and go on to: a slow node, a full disk, a colder cache. */
public final class StepTime implements Detector<StepTime.State> {
    static final Setting LEAST = new Setting(
            "step_time.least",
            0.015,
            Setting.from(0.001, 10),
            "share",
            "a slow node cost BLOOM 5 %; less than 1.5 % is not worth a search");
    static final Setting WARN = new Setting(
            "step_time.warn",
            64,
            Setting.from(8, 100_000),
            "points",
            "other work on the machine passes; what lasts this long will go on");
    static final List<Setting> SETTINGS = List.of(LEAST, WARN);

    private static final int NEWEST = 8;
    /**
     * Of the median of eight, which has 1.25 times the error of their mean: overlapping windows pass less
     * than once in 10⁵.
     */
    private static final double DEVIATIONS = 6;

    private static final int BASELINE = 256;
    private static final int KNOWN = 64;
    private static final int REFRESH = 16;
    /** After a start caches are cold and kernels are being compiled. */
    private static final int COLD = 5;

    /** The logarithm of the time of a token, or of a step where tokens are not counted. */
    public record State(Window healthy, Window newest, long seen, int slow, double level, double spread) {}

    private final Settings settings;

    public StepTime(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.STEP_SECONDS);
    }

    @Override
    public State start() {
        return new State(Window.of(BASELINE), Window.of(NEWEST), 0, 0, 0, 0);
    }

    /** Medians over the baseline are the cost of this detector, and hardly move within sixteen steps. */
    private static State refreshed(State state) {
        boolean due = state.seen % REFRESH == 0 || state.healthy.size() == KNOWN;
        return due
                ? new State(
                        state.healthy,
                        state.newest,
                        state.seen,
                        state.slow,
                        state.healthy.recentMedian(BASELINE),
                        state.healthy.spread(BASELINE))
                : state;
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double seconds = frame.scalars().find(Scalars.STEP_SECONDS).orElse(Double.NaN);
        double tokens = frame.scalars().find(Scalars.TOKENS).orElse(1);
        if (!(seconds > 0) || !(tokens > 0) || !Double.isFinite(seconds / tokens)) {
            return Judgement.quiet(state);
        }
        double log = Math.log(seconds / tokens);
        if (state.seen < COLD || state.healthy.size() < KNOWN) {
            Window learned = state.seen < COLD ? state.healthy : state.healthy.with(log);
            return Judgement.quiet(refreshed(new State(learned, state.newest.with(log), state.seen + 1, 0, 0, 0)));
        }
        Window newest = state.newest.with(log);
        double level = state.level;
        double least = Math.max(Math.log1p(settings.get(LEAST)), DEVIATIONS * state.spread / Math.sqrt(NEWEST));
        double away = newest.recentMedian(NEWEST) - level;
        if (newest.size() < NEWEST || away <= least) {
            return Judgement.quiet(
                    refreshed(new State(state.healthy.with(log), newest, state.seen + 1, 0, level, state.spread)));
        }
        int slow = state.slow + 1;
        if (slow >= BASELINE) { // for good: this is the new level
            return Judgement.quiet(new State(Window.of(BASELINE), newest, COLD, 0, 0, 0));
        }
        State next = new State(state.healthy, newest, state.seen + 1, slow, level, state.spread);
        double ratio = Math.exp(away);
        return Judgement.of(
                next,
                new Finding(
                        "StepTime",
                        Kind.THROUGHPUT,
                        slow >= settings.count(WARN) ? Severity.WARNING : Severity.INFO,
                        frame.step(),
                        ratio,
                        Verdict.HARDWARE,
                        Evidence.none()
                                .with("secondsPerStep", seconds)
                                .with("ratio", ratio)
                                .with("points", (long) slow),
                        "Up to step %,d steps take %s times as long as before, for %s now."
                                .formatted(
                                        frame.step(),
                                        Numbers.of(ratio),
                                        Numbers.whole(slow) + (slow == 1 ? " point" : " points")),
                        "A synchronous step is as slow as its slowest part: one node, one disk or one link slows all of them.",
                        "Compare step times of the ranks, temperatures and link errors; a node that is slower than the others"
                                + " should leave the job."));
    }
}
