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
    /** Points within which a scaler searches its first scale, whether or not the log says that it skips steps. */
    private static final int SEARCH = 64;

    /**
     * @param inARow steps in a row that were not finite
     * @param points since the start, up to {@link #SEARCH}
     */
    public record State(int inARow, int points) {}

    @Override
    public Needs needs() {
        return Needs.anyOf(Set.of(Scalars.LOSS, Scalars.GRADIENT_NORM), Set.of("nan", "inf"));
    }

    @Override
    public State start() {
        return new State(0, 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        boolean loss = bad(frame.scalars().find(Scalars.LOSS));
        boolean gradient = bad(frame.scalars().find(Scalars.GRADIENT_NORM));
        Optional<BadSite> site = BadSite.first(frame);
        double scale = frame.scalars().find(Scalars.LOSS_SCALE).orElse(0);
        boolean skipped = frame.scalars().find(Scalars.SKIPPED).orElse(0) > 0;
        boolean scalerAtWork = scale > 0 && (skipped || scale > 1 && state.points < SEARCH);
        int points = Math.min(SEARCH, state.points + 1);
        if (!loss && site.isEmpty() && (!gradient || scalerAtWork)) {
            return Judgement.quiet(new State(0, points));
        }
        State next = new State(state.inARow + 1, points);
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
        int rank = frame.origin().rank();
        String ofRank = rank > 0 ? " of rank " + rank : ""; // of a single rank, or of all of them, the first one speaks
        return new Finding(
                "NonFinite",
                Kind.NON_FINITE,
                Severity.CRITICAL,
                frame.step(),
                inARow,
                Verdict.NUMERICAL,
                rank > 0 ? evidence.with("rank", (long) rank) : evidence,
                "At step %,d values were not finite, first in %s%s.".formatted(frame.step(), where, ofRank),
                "One NaN spreads to every weight with the next update; a step that is not skipped ends the run.",
                site.isPresent()
                        ? "Look at the operation that writes " + where
                                + ": its inputs were still finite. If the same step"
                                + " is finite when run again, suspect the device."
                        : "Turn on the non-finite probe to learn which tensor goes first, and skip updates whose gradient is"
                                + " not finite.");
    }
}
