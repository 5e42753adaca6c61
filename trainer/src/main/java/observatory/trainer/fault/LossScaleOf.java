package observatory.trainer.fault;

import observatory.trainer.Model.StepSettings;
import observatory.trainer.TrainingSpec;

/** The loss scale stuck at a value whatever its scaler says: at 1, small fp16 gradients are lost. */
public record LossScaleOf(double scale) implements Pathology.InSettings {
    @Override
    public StepSettings instead(StepSettings planned, TrainingSpec training) {
        return planned.withLossScale(scale);
    }
}
