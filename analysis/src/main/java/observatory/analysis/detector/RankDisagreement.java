package observatory.analysis.detector;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
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
 * compared is a check over the weights where the trainer sends one, else the gradient norm after the exchange, once it
 * has been the same everywhere for some steps.
 */
public final class RankDisagreement implements Detector<RankDisagreement.State> {
    static final Setting TOLERANCE = new Setting(
            "rank_disagreement.tolerance",
            1e-6,
            Setting.from(0, 1),
            "relative difference",
            "metaseq stops a run above 1e-6; sums in another order differ by less in fp32");
    static final List<Setting> SETTINGS = List.of(TOLERANCE);

    /** How bad a norm is that is not finite: worse than one that is. */
    private static final double NOT_FINITE = 1e9;
    /** Below this a norm is nothing. */
    private static final double LEAST = 1e-6;
    /** Steps on which norms must have agreed before they are taken for the norm of one and the same gradient. */
    private static final int AGREED = 8;

    /**
     * The check and the norm, joined on their step.
     *
     * @param agreed steps on which the norms agreed, up to {@link #AGREED}
     */
    public record State(RankJoin checks, RankJoin norms, boolean hasChecks, int agreed) {}

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
        return new State(RankJoin.start(), RankJoin.start(), false, 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        int rank = frame.origin().rank();
        OptionalDouble check = frame.scalars().find(Scalars.WEIGHTS_CHECK);
        OptionalDouble norm = frame.scalars().find(Scalars.GRADIENT_NORM);
        if (check.isPresent()) {
            RankJoin.Next next = state.checks.with(rank, frame.step(), check.getAsDouble());
            Optional<Finding> apart = next.joined().stream()
                    .flatMap(joined -> apart(joined, "check of the weights").stream())
                    .findFirst();
            return Judgement.of(new State(next.join(), state.norms, true, state.agreed), apart);
        }
        if (state.hasChecks || norm.isEmpty()) {
            return Judgement.quiet(state);
        }
        RankJoin.Next next = state.norms.with(rank, frame.step(), norm.getAsDouble());
        int agreed = state.agreed;
        Optional<Finding> first = Optional.empty();
        for (RankJoin.Joined joined : next.joined()) {
            Optional<Finding> apart = apart(joined, "gradient norm");
            if (apart.isEmpty() && joined.values().size() > 1) {
                agreed = Math.min(AGREED, agreed + 1);
            }
            // Each rank may log the norm of its own part: those never agree.
            first = first.or(() -> apart).filter(finding -> state.agreed == AGREED);
        }
        return Judgement.of(new State(state.checks, next.join(), false, agreed), first);
    }

    private Optional<Finding> apart(RankJoin.Joined joined, String what) {
        double[] all = joined.values().values().stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
        double[] finite = Arrays.stream(all).filter(Double::isFinite).toArray();
        if (all.length < 2 || finite.length == 0) {
            return Optional.empty();
        }
        double usual = lowerMedian(finite);
        double low = Arrays.stream(finite).min().orElseThrow();
        double high = Arrays.stream(finite).max().orElseThrow();
        boolean allFinite = finite.length == all.length;
        double apart = allFinite ? (high - low) / (Math.abs(low) + LEAST) : Double.POSITIVE_INFINITY;
        if (!(apart > settings.get(TOLERANCE))) {
            return Optional.empty();
        }
        List<Integer> others = joined.values().entrySet().stream()
                .filter(entry ->
                        !(Math.abs(entry.getValue() - usual) / (Math.abs(usual) + LEAST) <= settings.get(TOLERANCE)))
                .map(Map.Entry::getKey)
                .toList();
        return Optional.of(finding(joined, others, what, apart));
    }

    /** A value that some rank has, and more than half of them where more than half agree. */
    private static double lowerMedian(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(sorted.length - 1) / 2];
    }

    /** @param others the ranks that are off the middle one */
    private static Finding finding(RankJoin.Joined joined, List<Integer> others, String what, double apart) {
        int ranks = joined.values().size();
        boolean told = 2 * others.size() < ranks;
        String who = told && others.size() == 1
                ? "rank " + others.getFirst() + " disagrees with the others"
                : told
                        ? "%,d of %,d ranks, among them rank %d, disagree with the others"
                                .formatted(others.size(), ranks, others.getFirst())
                        : ranks == 2 ? "the two ranks disagree" : "ranks disagree with one another";
        boolean finite = Double.isFinite(apart);
        Evidence evidence = Evidence.none().with("quantity", what).with("ranks", (long) ranks);
        evidence = finite ? evidence.with("relativeDifference", apart) : evidence;
        return new Finding(
                "RankDisagreement",
                Kind.RANK_DISAGREEMENT,
                Severity.CRITICAL,
                joined.step(),
                finite ? apart : NOT_FINITE,
                Verdict.HARDWARE,
                told ? evidence.with("rank", (long) others.getFirst()) : evidence,
                "At step %,d %s on the %s%s."
                        .formatted(
                                joined.step(),
                                who,
                                what,
                                finite ? ", by " + Numbers.of(apart) : ": not all have a finite one"),
                "Copies of one model that differ will never agree again by themselves: each step mixes the damaged one in.",
                "Compare the copies tensor by tensor, restart from a checkpoint before this step without the node of the"
                        + " rank that is off, and run its memory test.");
    }
}
