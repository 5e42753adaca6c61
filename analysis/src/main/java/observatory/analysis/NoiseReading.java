package observatory.analysis;

import java.util.Locale;
import java.util.Optional;
import observatory.analysis.detector.NoiseEstimate;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * How noisy the gradient of a run was at its end, as a sentence and as what {@code observatory plan} asks for: the
 * noise scale B = tr Σ/|G|² (McCandlish et al. 2018, arXiv 1812.06162) of the latest 256 steps, and the mean loss of
 * about as many. At a batch b a run takes 1 + B/b times the fewest steps and 1 + b/B times the fewest tokens.
 *
 * @param samples steps that told both halves of the scale
 * @param batch sequences of the latest step
 */
public record NoiseReading(NoiseEstimate estimate, long samples, double batch, double loss) {
    private static final double FORGET = 1.0 / 128;

    /** Reads the frames of one run. */
    public static NoiseReading of(Iterable<? extends Telemetry> recorded) {
        NoiseReading reading = new NoiseReading(NoiseEstimate.start(), 0, Double.NaN, Double.NaN);
        for (Telemetry item : recorded) {
            if (item instanceof Frame frame) {
                reading = reading.with(frame.scalars());
            }
        }
        return reading;
    }

    private NoiseReading with(Scalars scalars) {
        NoiseEstimate learnt = estimate.learn(scalars);
        double now = scalars.find(Scalars.LOSS).orElse(Double.NaN);
        if (learnt == estimate || !Double.isFinite(now)) {
            return this;
        }
        return new NoiseReading(
                learnt,
                samples + 1,
                scalars.find(Scalars.BATCH_SEQUENCES).orElse(batch),
                // The mean of all until there are as many as the average remembers.
                samples == 0 ? now : loss + (now - loss) * Math.max(FORGET, 1.0 / (samples + 1)));
    }

    /**
     * Empty where no step told: its batch was one micro-batch.
     *
     * @param sequence tokens of a sequence
     */
    public Optional<String> words(int sequence) {
        if (samples == 0) {
            return Optional.empty();
        }
        return Optional.of(estimate.scale()
                .map(scale -> String.format(
                        Locale.ROOT,
                        "gradient noise scale %s sequences (%s to %s), %s tokens, at a loss of %s: the batch of %s takes %s x"
                                + " the least steps and %s x the least tokens (a proxy, good for its order of magnitude);"
                                + " for a plan: --noise-scale %.0f --noise-loss %.3f",
                        Numbers.of(scale.value()),
                        Numbers.of(scale.low()),
                        Numbers.of(scale.high()),
                        Numbers.of(scale.value() * sequence),
                        Numbers.of(loss),
                        Numbers.of(batch),
                        Numbers.of(1 + scale.value() / batch),
                        Numbers.of(1 + batch / scale.value()),
                        scale.value() * sequence,
                        loss))
                .orElse("gradient noise scale not determined from the " + samples + " steps that measured it: "
                        + (samples < NoiseEstimate.FEWEST_STEPS
                                ? "it takes " + NoiseEstimate.FEWEST_STEPS
                                        + "; a longer run, or --probes profile, has them"
                                : "|G|² cannot be told from zero; a longer run, or a larger batch, tells")));
    }
}
