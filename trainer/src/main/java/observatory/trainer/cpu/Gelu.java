package observatory.trainer.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * GELU in its tanh form, written with the logistic function: x · σ(2√(2/π) · (x + 0.044715 x³)) (Hendrycks and Gimpel,
 * arXiv 1606.08415).
 */
final class Gelu implements Activation {
    private static final float SLOPE = 1.5957691216f; // 2√(2/π)
    private static final float CUBIC = 0.044715f;

    private final Workers workers;

    Gelu(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void forward(Tensor x, Tensor y) {
        workers.overElements(x, (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                FloatVector v = Vectors.load(x.data(), i, mask);
                Vectors.store(v.mul(gate(v)), y.data(), i, mask);
            }
        });
    }

    @Override
    public void backward(Tensor dy, Tensor x, Tensor dx) {
        workers.overElements(x, (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                FloatVector v = Vectors.load(x.data(), i, mask);
                FloatVector s = gate(v);
                // gelu' = s + x · s · (1 - s) · slope · (1 + 3 · cubic · x²)
                FloatVector inner = v.mul(v).fma(Vectors.broadcast(3 * CUBIC), Vectors.broadcast(1f));
                FloatVector curve = v.mul(s).mul(s.neg().add(1f)).mul(SLOPE);
                FloatVector slope = curve.fma(inner, s);
                Vectors.store(Vectors.load(dy.data(), i, mask).mul(slope), dx.data(), i, mask);
            }
        });
    }

    private static FloatVector gate(FloatVector v) {
        FloatVector cubed = v.mul(v).fma(Vectors.broadcast(CUBIC), Vectors.broadcast(1f));
        FloatVector z = v.mul(cubed).mul(-SLOPE);
        return Vectors.broadcast(1f).div(Vectors.exp(z).add(1f));
    }
}
