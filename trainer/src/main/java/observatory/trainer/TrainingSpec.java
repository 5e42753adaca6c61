package observatory.trainer;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a model is trained: AdamW, clipping of the global gradient norm, a schedule of the rate, batches that may grow,
 * a number format with its loss scaling, a mixture of sources and a validation.
 *
 * @param clip largest global gradient norm
 * @param mixture weight of each source by name, drawn in proportion; empty for sources by their size
 */
public record TrainingSpec(
        int steps,
        Batching batching,
        Schedule schedule,
        Adam adam,
        double clip,
        Precision precision,
        LossScaling scaling,
        Map<String, Double> mixture,
        Validation validation,
        long seed) {

    public TrainingSpec {
        positive("steps", steps);
        positive("clip", clip);
        mixture = Collections.unmodifiableMap(new TreeMap<>(mixture));
        mixture.forEach((source, weight) -> {
            if (!(weight >= 0) || Double.isInfinite(weight)) {
                throw new IllegalArgumentException(
                        "the weight of a source is a number from 0 up: " + source + "=" + weight);
            }
        });
        if (!mixture.isEmpty() && mixture.values().stream().allMatch(weight -> weight == 0)) {
            throw new IllegalArgumentException("at least one source of a mixture has a weight above 0: " + mixture
                    + "; try " + mixture.keySet().iterator().next() + "=1");
        }
    }

    /** The plain case: whole batches on one rank, a cosine to a tenth of the peak, GPT-3's AdamW, PyTorch's scaler. */
    public TrainingSpec(
            int steps, int batch, double learningRate, int warmup, double clip, Precision precision, long seed) {
        this(
                steps,
                Batching.of(batch),
                Schedule.cosine(learningRate, warmup),
                Adam.STANDARD,
                clip,
                precision,
                LossScaling.TORCH,
                Map.of(),
                Validation.NONE,
                seed);
    }

    /** Sequences of a full step over all ranks. */
    public int batch() {
        return batching.sequences();
    }

    /** Peak rate. */
    public double learningRate() {
        return schedule.peak();
    }

    /** The learning rate of a step, counted from 1. */
    public double rate(long step) {
        return schedule.rate(step, steps);
    }

    public TrainingSpec with(Batching other) {
        return new TrainingSpec(steps, other, schedule, adam, clip, precision, scaling, mixture, validation, seed);
    }

    public TrainingSpec with(Schedule other) {
        return new TrainingSpec(steps, batching, other, adam, clip, precision, scaling, mixture, validation, seed);
    }

    public TrainingSpec with(Adam other) {
        return new TrainingSpec(steps, batching, schedule, other, clip, precision, scaling, mixture, validation, seed);
    }

    public TrainingSpec with(Precision other) {
        return new TrainingSpec(steps, batching, schedule, adam, clip, other, scaling, mixture, validation, seed);
    }

    public TrainingSpec with(LossScaling other) {
        return new TrainingSpec(steps, batching, schedule, adam, clip, precision, other, mixture, validation, seed);
    }

    public TrainingSpec with(Validation other) {
        return new TrainingSpec(steps, batching, schedule, adam, clip, precision, scaling, mixture, other, seed);
    }

    public TrainingSpec withMixture(Map<String, Double> other) {
        return new TrainingSpec(steps, batching, schedule, adam, clip, precision, scaling, other, validation, seed);
    }

    public TrainingSpec withClip(double other) {
        return new TrainingSpec(steps, batching, schedule, adam, other, precision, scaling, mixture, validation, seed);
    }

    public TrainingSpec withSteps(int other) {
        return new TrainingSpec(other, batching, schedule, adam, clip, precision, scaling, mixture, validation, seed);
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be above 0: " + name + "=" + value);
        }
    }
}
