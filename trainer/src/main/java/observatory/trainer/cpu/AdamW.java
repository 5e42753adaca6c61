package observatory.trainer.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import observatory.trainer.TrainingSpec;

/** Adam with decoupled weight decay and bias correction (Loshchilov and Hutter, arXiv 1711.05101). */
final class AdamW {
    private final Workers workers;
    private int steps;

    AdamW(Workers workers) {
        this.workers = workers;
    }

    /** Begins a step; the bias correction counts the steps that were really taken. */
    void beginStep() {
        steps++;
    }

    void update(Parameter parameter, double learningRate, double clipFactor) {
        float correct1 = (float) (1 / (1 - StrictMath.pow(TrainingSpec.BETA1, steps)));
        float correct2 = (float) (1 / (1 - StrictMath.pow(TrainingSpec.BETA2, steps)));
        float rate = (float) learningRate;
        float clip = (float) clipFactor;
        float keep = parameter.matrix() ? 1 - rate * TrainingSpec.WEIGHT_DECAY : 1;
        workers.overElements(parameter.weight(), (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                FloatVector g =
                        Vectors.load(parameter.gradient().data(), i, mask).mul(clip);
                FloatVector m = moving(Vectors.load(parameter.first().data(), i, mask), g, TrainingSpec.BETA1);
                FloatVector v = moving(Vectors.load(parameter.second().data(), i, mask), g.mul(g), TrainingSpec.BETA2);
                FloatVector deviation =
                        v.mul(correct2).lanewise(VectorOperators.SQRT).add(TrainingSpec.EPSILON);
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
