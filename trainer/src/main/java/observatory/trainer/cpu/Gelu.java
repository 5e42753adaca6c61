package observatory.trainer.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * GELU in its tanh form, written with the logistic function: x · σ(2√(2/π) · (x + 0.044715 x³)) (Hendrycks and Gimpel,
 * arXiv 1606.08415).
 */
final class Gelu implements Activation {
    private static final float SLOPE = 1.5957691216f; // 2√(2/π)
    private static final float CUBIC = 0.044715f;
    /** Elements at a time of the backward pass. */
    private static final int BLOCK = 1024;

    /** The gates of a block, for each thread that needs some. */
    private static final ThreadLocal<float[]> GATES = ThreadLocal.withInitial(() -> new float[BLOCK]);

    private final Workers workers;

    Gelu(Workers workers) {
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
                Vectors.store(v.mul(gate(v)), out, i);
            }
            if (end < to) {
                VectorMask<Float> mask = Vectors.first(to - end);
                FloatVector v = Vectors.load(in, end, mask);
                Vectors.store(v.mul(gate(v)), out, end, mask);
            }
            if (measuring != null) {
                measuring.part((int) (from / Workers.GRAIN), y, from, to);
            }
        });
    }

    @Override
    public void backward(Tensor dy, Tensor x, Tensor dx) {
        workers.overElements(x, (from, to) -> {
            float[] gates = GATES.get();
            for (long at = from; at < to; at += BLOCK) {
                long end = Math.min(to, at + BLOCK);
                gates(x.data(), at, end, gates);
                slopes(dy.data(), x.data(), dx.data(), at, end, gates);
            }
        });
    }

    // Two loops, because the compiler gives up on one with as many operations, and puts each of its vectors on the
    // heap.

    private static void gates(MemorySegment x, long from, long to, float[] gates) {
        long end = Vectors.wholeEnd(from, to);
        for (long i = from; i < end; i += Vectors.WIDE.length()) {
            gate(Vectors.load(x, i)).intoArray(gates, (int) (i - from));
        }
        if (end < to) {
            VectorMask<Float> mask = Vectors.first(to - end);
            gate(Vectors.load(x, end, mask)).intoArray(gates, (int) (end - from), mask);
        }
    }

    private static void slopes(MemorySegment dy, MemorySegment x, MemorySegment dx, long from, long to, float[] gates) {
        long end = Vectors.wholeEnd(from, to);
        for (long i = from; i < end; i += Vectors.WIDE.length()) {
            FloatVector s = FloatVector.fromArray(Vectors.WIDE, gates, (int) (i - from));
            Vectors.store(Vectors.load(dy, i).mul(slope(Vectors.load(x, i), s)), dx, i);
        }
        if (end < to) {
            VectorMask<Float> mask = Vectors.first(to - end);
            FloatVector s = FloatVector.fromArray(Vectors.WIDE, gates, (int) (end - from), mask);
            Vectors.store(Vectors.load(dy, end, mask).mul(slope(Vectors.load(x, end, mask), s)), dx, end, mask);
        }
    }

    /** gelu' = s + x · s · (1 - s) · slope · (1 + 3 · cubic · x²), with s the gate. */
    private static FloatVector slope(FloatVector v, FloatVector s) {
        FloatVector inner = v.mul(v).fma(Vectors.broadcast(3 * CUBIC), Vectors.broadcast(1f));
        FloatVector curve = v.mul(s).mul(s.neg().add(1f)).mul(SLOPE);
        return curve.fma(inner, s);
    }

    private static FloatVector gate(FloatVector v) {
        FloatVector cubed = v.mul(v).fma(Vectors.broadcast(CUBIC), Vectors.broadcast(1f));
        FloatVector z = v.mul(cubed).mul(-SLOPE);
        return Vectors.broadcast(1f).div(Vectors.exp(z).add(1f));
    }
}
