package observatory.trainer.fault;

import observatory.trainer.Adam;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.TrainingSpec;

/** Other constants for Adam than the run was planned with; a NaN leaves one as it is. */
public record AdamConstants(float epsilon, float beta2) implements Pathology.InSettings {
    public static AdamConstants epsilonOf(float epsilon) {
        return new AdamConstants(epsilon, Float.NaN);
    }

    public static AdamConstants beta2Of(float beta2) {
        return new AdamConstants(Float.NaN, beta2);
    }

    @Override
    public StepSettings instead(StepSettings planned, TrainingSpec training) {
        Adam adam = planned.adam();
        if (!Float.isNaN(epsilon)) {
            adam = adam.withEpsilon(epsilon);
        }
        return planned.with(Float.isNaN(beta2) ? adam : adam.withBeta2(beta2));
    }
}
