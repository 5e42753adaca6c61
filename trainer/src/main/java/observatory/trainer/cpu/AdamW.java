package observatory.trainer.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import observatory.trainer.Adam;
import observatory.trainer.Model.StepSettings;

/** Adam with decoupled weight decay and bias correction (Loshchilov and Hutter, arXiv 1711.05101). */
final class AdamW {
    private final Workers workers;

    AdamW(Workers workers) {
        this.workers = workers;
    }

    /** One update with the gradient times {@code clipFactor}; bias correction counts the updates really taken. */
    void update(Parameter parameter, StepSettings settings, double clipFactor) {
        Adam adam = settings.adam();
        float correct1 = (float) (1 / (1 - StrictMath.pow(adam.beta1(), settings.updates())));
        float correct2 = (float) (1 / (1 - StrictMath.pow(adam.beta2(), settings.updates())));
        float rate = (float) settings.learningRate();
        float clip = (float) clipFactor;
        float keep = parameter.matrix() ? 1 - rate * adam.weightDecay() : 1;
        workers.overElements(parameter.weight(), (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                FloatVector g =
                        Vectors.load(parameter.gradient().data(), i, mask).mul(clip);
                FloatVector m = moving(Vectors.load(parameter.first().data(), i, mask), g, adam.beta1());
                FloatVector v = moving(Vectors.load(parameter.second().data(), i, mask), g.mul(g), adam.beta2());
                FloatVector deviation =
                        v.mul(correct2).lanewise(VectorOperators.SQRT).add(adam.epsilon());
                FloatVector direction = m.mul(correct1).div(deviation);
                FloatVector weight =
                        Vectors.load(parameter.weight().data(), i, mask).mul(keep);
                Vectors.store(m, parameter.first().data(), i, mask);
                Vectors.store(v, parameter.second().data(), i, mask);
                Vectors.store(
                        direction.fma(Vectors.broadcast(-rate), weight),
                        parameter.weight().data(),
                        i,
                        mask);
            }
        });
    }

    private static FloatVector moving(FloatVector average, FloatVector value, float beta) {
        return average.mul(beta).add(value.mul(1 - beta));
    }
}
