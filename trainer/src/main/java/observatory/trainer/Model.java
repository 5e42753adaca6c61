package observatory.trainer;

import java.util.List;
import java.util.Optional;

/** One copy of a model where its backend keeps it. Belongs to one thread; closing it frees its memory. */
public interface Model extends AutoCloseable {
    /**
     * One optimiser step as a whole: forward and backward over each of the passes, whose gradients are accumulated,
     * then one update, which is left out where the gradient is not finite.
     */
    Outcome step(List<TokenBatch> passes, StepSettings settings);

    /** Forward pass alone, unobserved: the mean loss of each sequence over its targets, in nats per token. */
    double[] evaluate(TokenBatch batch);

    /** Why this model cannot go on in another format; empty where it can. */
    default Optional<String> refuses(Precision format) {
        return Optional.empty();
    }

    /** Weights and moments, for checkpoints and planned corruption. */
    ModelState state();

    @Override
    void close();

    /**
     * What changes from step to step.
     *
     * @param step counted from 1
     * @param updates which update of the run this is if it is not left out, counted from 1: Adam's t
     * @param clip largest global gradient norm
     */
    record StepSettings(
            long step,
            long updates,
            double learningRate,
            double clip,
            double lossScale,
            Adam adam,
            Precision precision) {

        public StepSettings withLearningRate(double other) {
            return new StepSettings(step, updates, other, clip, lossScale, adam, precision);
        }

        public StepSettings withClip(double other) {
            return new StepSettings(step, updates, learningRate, other, lossScale, adam, precision);
        }

        public StepSettings with(Precision other) {
            return new StepSettings(step, updates, learningRate, clip, lossScale, adam, other);
        }

        public StepSettings withLossScale(double other) {
            return new StepSettings(step, updates, learningRate, clip, other, adam, precision);
        }

        public StepSettings with(Adam other) {
            return new StepSettings(step, updates, learningRate, clip, lossScale, other, precision);
        }
    }

    /**
     * What a step came to.
     *
     * @param losses mean loss of each sequence over its targets, in the order of the passes, nats per token
     * @param gradientNorm global norm of the unscaled gradient before clipping
     * @param skipped whether the update was left out
     * @param micro squared norms of smaller batches' gradients, where the step had several passes or ranks
     * and a probe asks
     */
    record Outcome(double[] losses, double gradientNorm, boolean skipped, Optional<Micro> micro, Phases phases) {}

    /**
     * How large the gradients of single passes are.
     *
     * @param sequences of one of them; where they differ, their mean over the passes
     * @param gradientSquare mean over sequences of the unscaled squared norm of the pass they were in
     */
    record Micro(double sequences, double gradientSquare) {}

    /** Where the time of a step went, in seconds. */
    record Phases(double forward, double backward, double optimiser) {}
}
