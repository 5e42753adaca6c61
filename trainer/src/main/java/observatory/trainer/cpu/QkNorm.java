package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import observatory.trainer.ModelSpec;

/**
 * An RMS norm of each head's query and key, with one gain for all queries and one for all keys: attention logits stay
 * below the gains' product times √d whatever the projection does (Dehghani et al., arXiv 2302.05442).
 */
final class QkNorm {
    private final Workers workers;
    private final int width;
    private final int headWidth;
    private final Parameter queryGain; // (1, d)
    private final Parameter keyGain; // (1, d)
    private final Tensor raw; // (B·T, 2C), queries and keys as they came
    private final Tensor gainParts; // (parts, 2d)

    QkNorm(Workers workers, Arena arena, ModelSpec spec, int layer, int rows) {
        this.workers = workers;
        this.width = spec.width();
        this.headWidth = spec.headWidth();
        this.queryGain = gain(arena, layer, "attention.query_norm.gain");
        this.keyGain = gain(arena, layer, "attention.key_norm.gain");
        this.raw = Tensor.zeros(arena, rows, 2 * width);
        this.gainParts = Tensor.zeros(arena, Workers.parts(rows, 2 * width), 2 * headWidth);
    }

    private Parameter gain(Arena arena, int layer, String name) {
        Parameter gain = new Parameter(arena, new Parameter.Named(layer, name), 1, headWidth);
        for (int i = 0; i < headWidth; i++) {
            gain.weight().set(i, 1);
        }
        return gain;
    }

    List<Parameter> parameters() {
        return List.of(queryGain, keyGain);
    }

    /** Normalises queries and keys of a joint (B·T, 3C) tensor in place. */
    void forward(Tensor qkv) {
        workers.overRows(qkv.rows(), 2 * width, (from, to) -> {
            for (long row = from; row < to; row++) {
                for (int head = 0; head < 2 * width; head += headWidth) {
                    long at = row * qkv.columns() + head;
                    long kept = row * raw.columns() + head;
                    MemorySegment.copy(
                            qkv.data(), at * Float.BYTES, raw.data(), kept * Float.BYTES, headWidth * Float.BYTES);
                    MemorySegment gain = gain(head).working().data();
                    float scale = scale(kept);
                    for (int i = 0; i < headWidth; i += Vectors.WIDE.length()) {
                        VectorMask<Float> mask = Vectors.within(i, headWidth);
                        FloatVector normal =
                                Vectors.load(qkv.data(), at + i, mask).mul(scale);
                        Vectors.store(normal.mul(Vectors.load(gain, i, mask)), qkv.data(), at + i, mask);
                    }
                }
            }
        });
    }

    /** Turns the gradients of normalised queries and keys in place into those of the raw ones; sets or adds the gains'. */
    void backward(Tensor dQkv, float keep) {
        long each = Workers.rowsEach(2 * width);
        int parts = Workers.parts(dQkv.rows(), 2 * width);
        gainParts.clear();
        workers.overRows(dQkv.rows(), 2 * width, (from, to) -> {
            for (long row = from; row < to; row++) {
                for (int head = 0; head < 2 * width; head += headWidth) {
                    backward(dQkv, row, head, from / each);
                }
            }
        });
        Tensor sums = gainParts.top(parts);
        Sums.ofRows(sums, 0, keep, queryGain.gradient());
        Sums.ofRows(sums, headWidth, keep, keyGain.gradient());
    }

    private void backward(Tensor dQkv, long row, int head, long part) {
        long at = row * dQkv.columns() + head;
        long kept = row * raw.columns() + head;
        long sum = part * gainParts.columns() + (head < width ? 0 : headWidth);
        MemorySegment gain = gain(head).working().data();
        float scale = scale(kept);
        // With n the normalised head and h = gain · dy: dx = scale · (h - n · mean(h · n)).
        for (int i = 0; i < headWidth; i += Vectors.WIDE.length()) {
            VectorMask<Float> mask = Vectors.within(i, headWidth);
            FloatVector d = Vectors.load(dQkv.data(), at + i, mask);
            FloatVector normal = Vectors.load(raw.data(), kept + i, mask).mul(scale);
            Vectors.store(
                    d.fma(normal, Vectors.load(gainParts.data(), sum + i, mask)), gainParts.data(), sum + i, mask);
            Vectors.store(d.mul(Vectors.load(gain, i, mask)), dQkv.data(), at + i, mask);
        }
        float mean = scale * Vectors.dot(dQkv.data(), at, raw.data(), kept, headWidth) / headWidth;
        for (int i = 0; i < headWidth; i += Vectors.WIDE.length()) {
            VectorMask<Float> mask = Vectors.within(i, headWidth);
            FloatVector normal = Vectors.load(raw.data(), kept + i, mask).mul(scale);
            FloatVector inner = normal.fma(Vectors.broadcast(-mean), Vectors.load(dQkv.data(), at + i, mask));
            Vectors.store(inner.mul(scale), dQkv.data(), at + i, mask);
        }
    }

    private Parameter gain(int head) {
        return head < width ? queryGain : keyGain;
    }

    private float scale(long at) {
        float squares = Vectors.dot(raw.data(), at, raw.data(), at, headWidth);
        return (float) (1 / Math.sqrt(squares / headWidth + Normalise.EPSILON));
    }
}
