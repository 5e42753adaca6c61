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
 * The loss leaves its own recent level upwards: a robust z over the median and the noise of the last healthy steps
 * (judge, then learn; see {@link Departure}). A loss that is not finite is {@link NonFinite}'s.
 */
public final class LossSpike implements Detector<LossSpike.State> {
    /** A hundredth of the loss: logs are rounded and plateaus have no noise, and less than 6 % of a loss is no spike. */
    private static final double RELATIVE_FLOOR = 0.01;
    /** Half as much again as before is a model thrown off its path, whatever the noise. */
    private static final double CRITICAL_RATIO = 1.5;

    /** How the loss stands against its own recent level. */
    public record State(Departure loss) {}

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.LOSS);
    }

    @Override
    public State start() {
        return new State(Departure.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        OptionalDouble loss = frame.scalars().find(Scalars.LOSS);
        if (loss.isEmpty() || !Double.isFinite(loss.getAsDouble())) {
            return Judgement.quiet(state);
        }
        double level = state.loss.healthy().size() == 0
                ? loss.getAsDouble()
                : state.loss.healthy().recentMedian(1);
        Departure.Reading reading = state.loss.read(frame.step(), loss.getAsDouble(), RELATIVE_FLOOR * Math.abs(level));
        State next = new State(reading.next());
        return reading.away() ? Judgement.of(next, finding(frame, reading)) : Judgement.quiet(next);
    }

    private static Finding finding(Frame frame, Departure.Reading reading) {
        double ratio = reading.value() / reading.level();
        return new Finding(
                "LossSpike",
                Kind.LOSS_SPIKE,
                ratio >= CRITICAL_RATIO ? Severity.CRITICAL : Severity.WARNING,
                frame.step(),
                reading.value() - reading.level(),
                Verdict.UNDETERMINED,
                Evidence.none()
                        .with("loss", reading.value())
                        .with("level", reading.level())
                        .with("deviations", reading.deviations()),
                "The loss rose to %s at step %d, %s deviations above its level of %s."
                        .formatted(
                                Words.number(reading.value()),
                                frame.step(),
                                Words.number(reading.deviations()),
                                Words.number(reading.level())),
                "A jump of the loss means that this batch was unlike what the model was trained on, or that an update has"
                        + " thrown the model off its path; loss alone does not tell which.",
                "Look at the batch named at this step first. If the loss does not come back within some hundred steps,"
                        + " rewind to a checkpoint before it and skip the batches around it, as was done for PaLM.");
    }
}
