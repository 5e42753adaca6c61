package observatory.trainer.fault;

import observatory.trainer.Model.StepSettings;
import observatory.trainer.TrainingSpec;

/** The planned learning rate times a factor, as after a mistyped schedule. */
public record RateTimes(double factor) implements Pathology.InSettings {
    @Override
    public StepSettings instead(StepSettings planned, TrainingSpec training) {
        return planned.withLearningRate(factor * planned.learningRate());
    }
}
