package observatory.trainer.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** SiLU, the gate of SwiGLU: x · σ(x) (Elfwing et al., arXiv 1702.03118). */
final class Silu implements Activation {
    private final Workers workers;

    Silu(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void forward(Tensor x, Tensor y, Measuring measuring) {
        workers.overElements(x, (from, to) -> {
            MemorySegment in = x.data();
            MemorySegment out = y.data();
            long end = Vectors.wholeEnd(from, to);
            for (long i = from; i < end; i += Vectors.WIDE.length()) {
                FloatVector v = Vectors.load(in, i);
                Vectors.store(v.mul(logistic(v)), out, i);
            }
            if (end < to) {
                VectorMask<Float> mask = Vectors.first(to - end);
                FloatVector v = Vectors.load(in, end, mask);
                Vectors.store(v.mul(logistic(v)), out, end, mask);
            }
            if (measuring != null) {
                measuring.part((int) (from / Workers.GRAIN), y, from, to);
            }
        });
    }

    @Override
    public void backward(Tensor dy, Tensor x, Tensor dx) {
        workers.overElements(x, (from, to) -> {
            MemorySegment in = x.data();
            MemorySegment gradient = dy.data();
            MemorySegment out = dx.data();
            long end = Vectors.wholeEnd(from, to);
            for (long i = from; i < end; i += Vectors.WIDE.length()) {
                Vectors.store(Vectors.load(gradient, i).mul(slope(Vectors.load(in, i))), out, i);
            }
            if (end < to) {
                VectorMask<Float> mask = Vectors.first(to - end);
                FloatVector d = Vectors.load(gradient, end, mask);
                Vectors.store(d.mul(slope(Vectors.load(in, end, mask))), out, end, mask);
            }
        });
    }

    /** silu' = s · (1 + x · (1 - s)). */
    private static FloatVector slope(FloatVector v) {
        FloatVector s = logistic(v);
        return v.fma(s.neg().add(1f), Vectors.broadcast(1f)).mul(s);
    }

    private static FloatVector logistic(FloatVector v) {
        return Vectors.broadcast(1f).div(Vectors.exp(v.neg()).add(1f));
    }
}
