package observatory.trainer.fault;

import observatory.trainer.Model.StepSettings;
import observatory.trainer.TrainingSpec;

/** A constant rate far above the peak, without warm-up or decay: a run that diverges slowly. */
public record ConstantRate(double timesPeak) implements Pathology.InSettings {
    @Override
    public StepSettings instead(StepSettings planned, TrainingSpec training) {
        return planned.withLearningRate(timesPeak * training.learningRate());
    }
}
