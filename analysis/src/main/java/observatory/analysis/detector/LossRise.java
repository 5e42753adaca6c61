package observatory.analysis.detector;

import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;

/**
 * The loss above its level, and what {@link LossSpike} says of it.
 *
 * @param loss the highest since it left its level
 * @param deviations of its noise; NaN where that is not known
 * @param at step of the highest loss
 */
record LossRise(double loss, double level, double deviations, long at) {
    private Evidence evidence() {
        return Evidence.none()
                .with("loss", loss)
                .with("level", level)
                .with("deviations", deviations)
                .with("peakStep", at);
    }

    Finding spike(Frame frame, Severity severity) {
        return new Finding(
                "LossSpike",
                Kind.LOSS_SPIKE,
                severity,
                frame.step(),
                loss - level,
                Verdict.UNDETERMINED,
                evidence(),
                "The loss rose to %s at step %,d, from a level of %s%s."
                        .formatted(
                                Numbers.of(loss),
                                at,
                                Numbers.of(level),
                                Double.isFinite(deviations)
                                        ? " (" + Numbers.of(deviations) + " deviations of its noise)"
                                        : ""),
                "A rise that lasts means that an update has thrown the model off its path, or that the data has changed;"
                        + " loss alone does not tell which.",
                "If the loss is not back within some hundred steps, rewind to a checkpoint about 100 steps before it and"
                        + " skip 200 to 500 batches around it (PaLM, section 5.1); an isolated spike that recovers needs"
                        + " nothing (BLOOM recovered in 30 steps).");
    }

    Finding outlier(Frame frame) {
        return new Finding(
                "LossSpike",
                Kind.DATA_OUTLIER,
                Severity.INFO,
                frame.step(),
                loss - level,
                Verdict.UNDETERMINED,
                evidence(),
                "The loss of step %,d alone was %s, against a level of %s."
                        .formatted(frame.step(), Numbers.of(loss), Numbers.of(level)),
                "A single value off the level is what a batch unlike the others gives; the model's state shows in the steps"
                        + " after it.",
                "Nothing, unless it recurs; then look at the documents of these batches (repeated text, wrong encoding,"
                        + " another language).");
    }
}
