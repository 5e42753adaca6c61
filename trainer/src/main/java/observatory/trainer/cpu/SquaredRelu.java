package observatory.trainer.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** max(0, x)² (So et al., arXiv 2109.08668). A NaN stays one. */
final class SquaredRelu implements Activation {
    private final Workers workers;

    SquaredRelu(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void forward(Tensor x, Tensor y, Measuring measuring) {
        workers.overElements(x, (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                FloatVector v = Vectors.load(x.data(), i, mask).max(0);
                Vectors.store(v.mul(v), y.data(), i, mask);
            }
            if (measuring != null) {
                measuring.part((int) (from / Workers.GRAIN), y, from, to);
            }
        });
    }

    @Override
    public void backward(Tensor dy, Tensor x, Tensor dx) {
        workers.overElements(x, (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                FloatVector slope = Vectors.load(x.data(), i, mask).max(0).mul(2);
                Vectors.store(Vectors.load(dy.data(), i, mask).mul(slope), dx.data(), i, mask);
            }
        });
    }
}
