package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import observatory.trainer.Adam;
import observatory.trainer.Model.StepSettings;

/** What changes from step to step, as control.cuh reads it. */
final class Orders {
    private Orders() {}

    static void write(StepSettings settings, double zLoss, MemorySegment into) {
        Adam adam = settings.adam();
        into.set(JAVA_DOUBLE, 0, settings.lossScale());
        into.set(JAVA_DOUBLE, 8, settings.clip());
        into.set(JAVA_FLOAT, 16, (float) settings.learningRate());
        into.set(JAVA_FLOAT, 20, adam.weightDecay());
        into.set(JAVA_FLOAT, 24, adam.beta1());
        into.set(JAVA_FLOAT, 28, adam.beta2());
        into.set(JAVA_FLOAT, 32, adam.epsilon());
        into.set(JAVA_FLOAT, 36, correction(adam.beta1(), settings.updates()));
        into.set(JAVA_FLOAT, 40, correction(adam.beta2(), settings.updates()));
        into.set(JAVA_FLOAT, 44, (float) zLoss);
    }

    private static float correction(float beta, long updates) {
        return (float) (1 / (1 - StrictMath.pow(beta, updates)));
    }
}
