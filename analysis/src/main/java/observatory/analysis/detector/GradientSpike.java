package observatory.analysis.detector;

import java.util.OptionalDouble;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * The gradient norm leaves its own recent level: a robust z of its logarithm, because norms vary by factors (see
 * {@link Departure}). It often moves some steps before the loss; alone it is worth knowing and no more, unless it stays.
 */
public final class GradientSpike implements Detector<GradientSpike.State> {
    /** Norms of healthy runs vary by some percent from step to step; less than that is no noise estimate to believe. */
    private static final double FLOOR = 0.05;
    /** Off its level for this many steps, it is no single odd batch. */
    private static final int STAYS = 4;

    /** How the logarithm of the norm stands against its recent level, and for how many steps it has been off. */
    public record State(Departure logNorm, int steps) {}

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.GRADIENT_NORM);
    }

    @Override
    public State start() {
        return new State(Departure.start(), 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        OptionalDouble norm = frame.scalars().find(Scalars.GRADIENT_NORM);
        if (norm.isEmpty() || !Double.isFinite(norm.getAsDouble()) || norm.getAsDouble() <= 0) {
            return Judgement.quiet(state);
        }
        Departure.Reading reading = state.logNorm.read(frame.step(), Math.log(norm.getAsDouble()), FLOOR);
        int steps = reading.away() ? state.steps + 1 : 0;
        State next = new State(reading.next(), steps);
        return reading.away() ? Judgement.of(next, finding(frame, reading, steps)) : Judgement.quiet(next);
    }

    private static Finding finding(Frame frame, Departure.Reading reading, int steps) {
        double norm = Math.exp(reading.value());
        double level = Math.exp(reading.level());
        return new Finding(
                "GradientSpike",
                Kind.GRADIENT_SPIKE,
                steps >= STAYS ? Severity.WARNING : Severity.INFO,
                frame.step(),
                reading.deviations(),
                Verdict.UNDETERMINED,
                Evidence.none()
                        .with("gradientNorm", norm)
                        .with("level", level)
                        .with("deviations", reading.deviations())
                        .with("stepsOff", (long) steps),
                "The gradient norm rose to %s at step %d, %s times its level of %s."
                        .formatted(Words.number(norm), frame.step(), Words.number(norm / level), Words.number(level)),
                "Gradient spikes often come a few steps before the loss follows; clipping hides them from the weights only"
                        + " in part, because Adam's moments remember them.",
                "Watch the loss of the next steps. If spikes recur, compare the gradient norms per parameter to see where"
                        + " they begin, and lower the rate or the clipping threshold.");
    }
}
