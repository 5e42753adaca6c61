package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import observatory.trainer.ModelSpec;

/**
 * Rotary positions: in each head of queries and keys, elements i and i + d/2 are a point that is turned by the angle
 * t · 10000^(-2i/d) at place t (Su et al., arXiv 2104.09864, in the halves of GPT-NeoX).
 */
final class Rotary {
    private static final double BASE = 10_000;

    private final Workers workers;
    private final int width;
    private final int half;
    private final Tensor cosines; // (T, d/2)
    private final Tensor sines; // (T, d/2)

    Rotary(Workers workers, Arena arena, ModelSpec spec) {
        this.workers = workers;
        this.width = spec.width();
        this.half = spec.headWidth() / 2;
        this.cosines = Tensor.zeros(arena, spec.context(), half);
        this.sines = Tensor.zeros(arena, spec.context(), half);
        for (int t = 0; t < spec.context(); t++) {
            for (int i = 0; i < half; i++) {
                double angle = t * StrictMath.pow(BASE, -(double) i / half);
                cosines.set((long) t * half + i, (float) StrictMath.cos(angle));
                sines.set((long) t * half + i, (float) StrictMath.sin(angle));
            }
        }
    }

    /** Turns queries and keys of a joint (B·T, 3C) tensor in place. */
    void forward(Tensor qkv, int context) {
        turn(qkv, context, 1);
    }

    /** Turns their gradients back. */
    void backward(Tensor dQkv, int context) {
        turn(dQkv, context, -1);
    }

    private void turn(Tensor qkv, int context, float sign) {
        workers.overRows(qkv.rows(), qkv.columns(), (from, to) -> {
            for (long row = from; row < to; row++) {
                for (int head = 0; head < 2 * width; head += 2 * half) {
                    turn(qkv.data(), row * qkv.columns() + head, row % context * half, sign);
                }
            }
        });
    }

    private void turn(MemorySegment data, long at, long angle, float sign) {
        for (int i = 0; i < half; i += Vectors.WIDE.length()) {
            VectorMask<Float> mask = Vectors.within(i, half);
            FloatVector cos = Vectors.load(cosines.data(), angle + i, mask);
            FloatVector sin = Vectors.load(sines.data(), angle + i, mask).mul(sign);
            FloatVector x = Vectors.load(data, at + i, mask);
            FloatVector y = Vectors.load(data, at + half + i, mask);
            Vectors.store(x.mul(cos).sub(y.mul(sin)), data, at + i, mask);
            Vectors.store(y.mul(cos).add(x.mul(sin)), data, at + half + i, mask);
        }
    }
}
