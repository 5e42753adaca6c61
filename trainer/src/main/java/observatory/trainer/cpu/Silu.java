package observatory.trainer.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** SiLU, the gate of SwiGLU: x · σ(x) (Elfwing et al., arXiv 1702.03118). */
final class Silu implements Activation {
    private final Workers workers;

    Silu(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void forward(Tensor x, Tensor y) {
        workers.overElements(x, (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                FloatVector v = Vectors.load(x.data(), i, mask);
                Vectors.store(v.mul(logistic(v)), y.data(), i, mask);
            }
        });
    }

    @Override
    public void backward(Tensor dy, Tensor x, Tensor dx) {
        workers.overElements(x, (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                FloatVector v = Vectors.load(x.data(), i, mask);
                FloatVector s = logistic(v);
                // silu' = s · (1 + x · (1 - s))
                FloatVector slope =
                        v.fma(s.neg().add(1f), Vectors.broadcast(1f)).mul(s);
                Vectors.store(Vectors.load(dy.data(), i, mask).mul(slope), dx.data(), i, mask);
            }
        });
    }

    private static FloatVector logistic(FloatVector v) {
        return Vectors.broadcast(1f).div(Vectors.exp(v.neg()).add(1f));
    }
}
