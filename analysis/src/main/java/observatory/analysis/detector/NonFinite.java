package observatory.analysis.detector;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * Loss, gradient or an activation is NaN or infinite, with the first bad site of the forward pass where probes name it.
 * A scaled fp16 gradient that overflowed while the forward pass was finite, and whose step was skipped, is the loss
 * scaler at work and no finding.
 */
public final class NonFinite implements Detector<NonFinite.State> {
    /** Steps in a row that were not finite. */
    public record State(int inARow) {}

    @Override
    public Needs needs() {
        return Needs.anyOf(Set.of(Scalars.LOSS, Scalars.GRADIENT_NORM), Set.of("nan", "inf"));
    }

    @Override
    public State start() {
        return new State(0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        boolean loss = bad(frame.scalars().find(Scalars.LOSS));
        boolean gradient = bad(frame.scalars().find(Scalars.GRADIENT_NORM));
        Optional<BadSite> site = BadSite.first(frame);
        boolean scalerAtWork = !loss
                && site.isEmpty()
                && frame.scalars().find(Scalars.LOSS_SCALE).isPresent()
                && frame.scalars().find(Scalars.SKIPPED).orElse(0) > 0;
        if (!loss && site.isEmpty() && (!gradient || scalerAtWork)) {
            return Judgement.quiet(new State(0));
        }
        State next = new State(state.inARow + 1);
        return Judgement.of(next, finding(frame, site, next.inARow));
    }

    private static boolean bad(OptionalDouble value) {
        return value.isPresent() && !Double.isFinite(value.getAsDouble());
    }

    private static Finding finding(Frame frame, Optional<BadSite> site, int inARow) {
        Evidence evidence = Evidence.none();
        for (String name : new String[] {Scalars.LOSS, Scalars.GRADIENT_NORM}) {
            OptionalDouble value = frame.scalars().find(name);
            if (value.isPresent()) {
                evidence = evidence.with(name, value.getAsDouble());
            }
        }
        evidence = evidence.with("stepsInARow", (long) inARow);
        String where = "the loss or the gradient";
        if (site.isPresent()) {
            where = site.get().site().label();
            evidence = evidence.with("firstSite", where)
                    .with("nan", site.get().nan())
                    .with("inf", site.get().infinite());
        }
        return new Finding(
                "NonFinite",
                Kind.NON_FINITE,
                Severity.CRITICAL,
                frame.step(),
                inARow,
                Verdict.NUMERICAL,
                evidence,
                "At step %d values were not finite, first in %s.".formatted(frame.step(), where),
                "One NaN spreads to every weight with the next update; a step that is not skipped ends the run.",
                site.isPresent()
                        ? "Look at the operation that writes " + where
                                + ": its inputs were still finite. If the same step"
                                + " is finite when run again, suspect the device."
                        : "Turn on the non-finite probe to learn which tensor goes first, and skip updates whose gradient is"
                                + " not finite.");
    }
}
