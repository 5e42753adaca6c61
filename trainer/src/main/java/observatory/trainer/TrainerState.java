package observatory.trainer;

import java.util.Objects;

/**
 * All a run is between two steps, beside its tensors. There is no generator state: every draw is a function of the seed
 * and a number counted here.
 *
 * @param step steps done
 * @param samples sequences drawn, those of skipped batches included
 * @param tokens tokens trained on
 * @param updates optimiser steps taken, which is fewer than steps where gradients were not finite
 * @param rateFactor what an operator has multiplied the schedule's rate by
 */
public record TrainerState(
        long step, long samples, long tokens, long updates, LossScaler scaler, double rateFactor, Precision precision) {

    public TrainerState {
        if (step < 0 || samples < 0 || tokens < 0 || updates < 0 || updates > step || !(rateFactor >= 0)) {
            throw new IllegalArgumentException("a run counts from 0, and updates are no more than steps: step=" + step
                    + ", samples=" + samples + ", tokens=" + tokens + ", updates=" + updates + ", rateFactor="
                    + rateFactor);
        }
        Objects.requireNonNull(scaler, "scaler");
        Objects.requireNonNull(precision, "precision");
    }

    public static TrainerState start(TrainingSpec training) {
        return new TrainerState(0, 0, 0, 0, training.scaling().start(training.precision()), 1, training.precision());
    }

    /** After a step on so many sequences and tokens. */
    TrainerState after(long sequences, long trained, boolean skipped) {
        return new TrainerState(
                step + 1,
                samples + sequences,
                tokens + trained,
                skipped ? updates : updates + 1,
                scaler.after(skipped),
                rateFactor,
                precision);
    }

    /** Without the next so many sequences. */
    public TrainerState leavingOut(long sequences) {
        return new TrainerState(step, samples + sequences, tokens, updates, scaler, rateFactor, precision);
    }

    public TrainerState withRateFactor(double other) {
        return new TrainerState(step, samples, tokens, updates, scaler, other, precision);
    }

    /** Goes on in another format, whose scaler starts afresh. */
    public TrainerState with(Precision other, LossScaling scaling) {
        return new TrainerState(step, samples, tokens, updates, scaling.start(other), rateFactor, other);
    }
}
