package observatory.analysis.detector;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/** One rank is slower than the others step after step, or no longer speaks while they go on. */
public final class Straggler implements Detector<Straggler.State> {
    static final Setting SLOWER = new Setting(
            "straggler.slower",
            1.1,
            Setting.from(1.01, 100),
            "ratio to the median rank",
            "3 % is worth a report; a tenth on average over some 16 steps is worth a page");
    static final Setting STEPS = new Setting(
            "straggler.steps",
            16,
            Setting.from(2, 10_000),
            "steps",
            "a garbage collection or a checkpoint is over by then");
    static final List<Setting> SETTINGS = List.of(SLOWER, STEPS);

    private static final double SLOW = 1.0 / 16;

    /** Step times joined on their step, by rank how much slower than the median lately, and how long one has been. */
    public record State(RankJoin join, SortedMap<Integer, Double> excess, int slow, int silent) {}

    private final Settings settings;

    public Straggler(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.STEP_SECONDS);
    }

    @Override
    public State start() {
        return new State(RankJoin.start(), new TreeMap<>(), 0, 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double seconds = frame.scalars().find(Scalars.STEP_SECONDS).orElse(Double.NaN);
        if (!(seconds > 0) || !Double.isFinite(seconds)) {
            return Judgement.quiet(state);
        }
        RankJoin.Next next = state.join.with(frame.origin().rank(), frame.step(), seconds);
        State now = new State(next.join(), state.excess, state.slow, state.silent);
        Judgement<State> judgement = Judgement.quiet(now);
        for (RankJoin.Joined joined : next.joined()) {
            if (joined.values().size() + joined.missing().size() > 1) {
                judgement = judge(judgement.state(), joined);
            }
        }
        return judgement;
    }

    private Judgement<State> judge(State state, RankJoin.Joined joined) {
        double[] sorted = joined.values().values().stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
        Arrays.sort(sorted);
        double median = sorted[(sorted.length - 1) / 2];
        SortedMap<Integer, Double> excess = new TreeMap<>(state.excess);
        joined.values()
                .forEach((rank, value) ->
                        excess.merge(rank, value / median, (was, now) -> was + SLOW * (Math.min(now, 10) - was)));
        int worst = excess.firstKey();
        for (int rank : excess.keySet()) {
            worst = excess.get(rank) > excess.get(worst) ? rank : worst;
        }
        int slow = excess.get(worst) >= settings.get(SLOWER) ? state.slow + 1 : 0;
        int silent = joined.missing().isEmpty() ? 0 : state.silent + 1;
        State next = new State(state.join, excess, slow, silent);
        if (silent >= settings.count(STEPS)) {
            int rank = joined.missing().first();
            return Judgement.of(
                    next, finding(joined.step(), rank, silent, "has not spoken for %,d steps".formatted(silent)));
        }
        return slow >= settings.count(STEPS)
                ? Judgement.of(
                        next,
                        finding(
                                joined.step(),
                                worst,
                                excess.get(worst),
                                "takes %s times as long as the median rank".formatted(Numbers.of(excess.get(worst)))))
                : Judgement.quiet(next);
    }

    private static Finding finding(long step, int rank, double size, String what) {
        return new Finding(
                "Straggler",
                Kind.STRAGGLER,
                Severity.WARNING,
                step,
                size,
                Verdict.HARDWARE,
                Evidence.none().with("rank", (long) rank).with("size", size),
                "Up to step %,d rank %d %s.".formatted(step, rank, what),
                "All ranks wait for the slowest at every step: the whole job runs at its speed.",
                "Take the node of this rank out of the job and test it: clocks and temperature, PCIe and link errors, the"
                        + " disk its data comes from.");
    }
}
