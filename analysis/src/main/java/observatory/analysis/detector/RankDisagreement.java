package observatory.analysis.detector;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * Ranks that must hold the same weights do not: a copy was damaged, or an exchange of gradients is missing. What is
 * compared is a check over the weights where the trainer sends one, else the gradient norm after the exchange.
 */
public final class RankDisagreement implements Detector<RankDisagreement.State> {
    static final Setting TOLERANCE = new Setting(
            "rank_disagreement.tolerance",
            1e-6,
            Setting.from(0, 1),
            "relative difference",
            "metaseq stops a run above 1e-6; sums in another order differ by less in fp32");
    static final List<Setting> SETTINGS = List.of(TOLERANCE);

    /** The check and the norm, joined on their step. */
    public record State(RankJoin checks, RankJoin norms, boolean hasChecks) {}

    private final Settings settings;

    public RankDisagreement(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.anyOf(Set.of(Scalars.WEIGHTS_CHECK, Scalars.GRADIENT_NORM), Set.of());
    }

    @Override
    public State start() {
        return new State(RankJoin.start(), RankJoin.start(), false);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        int rank = frame.origin().rank();
        double check = frame.scalars().find(Scalars.WEIGHTS_CHECK).orElse(Double.NaN);
        double norm = frame.scalars().find(Scalars.GRADIENT_NORM).orElse(Double.NaN);
        if (Double.isFinite(check)) {
            RankJoin.Next next = state.checks.with(rank, frame.step(), check);
            return judged(new State(next.join(), state.norms, true), next, "check of the weights");
        }
        if (state.hasChecks || !Double.isFinite(norm)) {
            return Judgement.quiet(state);
        }
        RankJoin.Next next = state.norms.with(rank, frame.step(), norm);
        return judged(new State(state.checks, next.join(), false), next, "gradient norm");
    }

    private Judgement<State> judged(State state, RankJoin.Next next, String what) {
        for (RankJoin.Joined joined : next.joined()) {
            double low = Collections.min(joined.values().values());
            double high = Collections.max(joined.values().values());
            double apart = (high - low) / (Math.abs(low) + 1e-6);
            if (joined.values().size() > 1 && apart > settings.get(TOLERANCE)) {
                return Judgement.of(state, finding(joined, what, apart));
            }
        }
        return Judgement.quiet(state);
    }

    private static Finding finding(RankJoin.Joined joined, String what, double apart) {
        double first = joined.values().get(joined.values().firstKey());
        int other = joined.values().entrySet().stream()
                .filter(entry -> entry.getValue() != first)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(joined.values().lastKey());
        return new Finding(
                "RankDisagreement",
                Kind.RANK_DISAGREEMENT,
                Severity.CRITICAL,
                joined.step(),
                apart,
                Verdict.HARDWARE,
                Evidence.none()
                        .with("quantity", what)
                        .with("relativeDifference", apart)
                        .with("rank", (long) other)
                        .with("ranks", (long) joined.values().size()),
                "At step %,d rank %d disagrees with the others on the %s, by %s."
                        .formatted(joined.step(), other, what, Numbers.of(apart)),
                "Copies of one model that differ will never agree again by themselves: each step mixes the damaged one in.",
                "Compare the copies tensor by tensor, restart from a checkpoint before this step without the node of this"
                        + " rank, and run its memory test.");
    }
}
