package observatory.analysis.detector;

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
 * The forward pass overflows its number format: the first bad site in the order of execution holds infinities and no
 * NaN, so the numbers were finite until they became too large. No loss scale helps against that.
 */
public final class Overflow implements Detector<Overflow.State> {
    /** Steps in a row that overflowed. */
    public record State(int inARow) {}

    @Override
    public Needs needs() {
        return new Needs(Set.of(Scalars.FORWARD_LIMIT), Set.of("inf"));
    }

    @Override
    public State start() {
        return new State(0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        OptionalDouble limit = frame.scalars().find(Scalars.FORWARD_LIMIT);
        Optional<BadSite> first = BadSite.first(frame);
        if (limit.isEmpty()
                || first.isEmpty()
                || first.get().infinite() == 0
                || first.get().nan() > 0) {
            return Judgement.quiet(new State(0));
        }
        State next = new State(state.inARow + 1);
        return Judgement.of(next, finding(frame, first.get(), limit.getAsDouble(), next.inARow));
    }

    private static Finding finding(Frame frame, BadSite bad, double limit, int inARow) {
        String where = bad.site().label();
        return new Finding(
                "Overflow",
                Kind.OVERFLOW,
                Severity.CRITICAL,
                frame.step(),
                bad.infinite(),
                Verdict.NUMERICAL,
                Evidence.none()
                        .with("firstSite", where)
                        .with("inf", bad.infinite())
                        .with("largestFinite", limit)
                        .with("stepsInARow", (long) inARow),
                "At step %,d %s overflowed: %,d values exceeded %s, the largest of the format."
                        .formatted(frame.step(), where, bad.infinite(), Numbers.of(limit)),
                "An overflow in the forward pass makes the loss of the step worthless and its gradient not finite; loss"
                        + " scaling reaches gradients only and cannot prevent it.",
                "Train in bf16, or keep this tensor small: normalise its input, clip it, or compute " + where
                        + " in fp32.");
    }
}
