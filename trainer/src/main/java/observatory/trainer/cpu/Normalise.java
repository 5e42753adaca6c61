package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import observatory.probe.Hook;
import observatory.trainer.ModelSpec.Norm;

/**
 * LayerNorm, y = (x - mean) / sqrt(var + 1e-5) · gain + bias, or RMSNorm, y = x / sqrt(mean(x²) + 1e-5) · gain, over the
 * last axis. Keeps mean and reciprocal deviation of each row for the backward pass. RMSNorm has no bias.
 */
final class Normalise {
    static final float EPSILON = 1e-5f;

    private final Workers workers;
    private final NormExamples examples;
    private final Norm norm;
    private final Parameter gain;
    private final Parameter bias;
    private final Tensor means; // (rows, 1)
    private final Tensor scales; // (rows, 1)
    private final Arena arena;
    private Tensor gainParts; // (parts, C)
    private Tensor biasParts; // (parts, C)
    private Tensor scratch; // (parts, 2C)

    /** @param bias null for RMSNorm */
    Normalise(Workers workers, Arena arena, Norm norm, Parameter gain, Parameter bias, int rows) {
        this.workers = workers;
        this.examples = new NormExamples(arena, gain.site(Hook.NORM_EXAMPLE_GRADIENT));
        this.norm = norm;
        this.gain = gain;
        this.bias = bias;
        int columns = gain.weight().columns();
        this.arena = arena;
        this.means = Tensor.zeros(arena, rows, 1);
        this.scales = Tensor.zeros(arena, rows, 1);
        room(Workers.parts(rows, columns), columns);
    }

    /** @param measuring the parts of y, or null */
    void forward(Tensor x, Tensor y, Measuring measuring) {
        int c = x.columns();
        workers.overRows(x.rows(), c, (from, to) -> {
            for (long row = from; row < to; row++) {
                float mean = norm == Norm.LAYERNORM ? Vectors.sum(x.data(), row * c, c) / c : 0;
                float scale = (float) (1 / Math.sqrt(variance(x, row, mean) + EPSILON));
                means.set(row, mean);
                scales.set(row, scale);
                apply(x, y, row);
            }
            if (measuring != null) {
                measuring.part((int) (from / Workers.rowsEach(c)), y, from * c, to * c);
            }
        });
    }

    /**
     * Adds the gradient through this norm to {@code dx}, and to {@code keep} times the gradients of gain and bias. No part
     * reaches over the end of a sequence, so the sums of parts also tell observers what each sequence adds to the gain's.
     */
    void backward(Tensor dy, Tensor x, float keep, Tensor dx, HookLines lines) {
        int c = x.columns();
        int sequences = lines.sequences();
        long context = x.rows() / sequences;
        int each = Workers.parts(context, c);
        long rowsEach = (context + each - 1) / each;
        room(sequences * each, c);
        Tensor gains = gainParts.top(sequences * each);
        gains.clear();
        biasParts.clear();
        workers.run(gains.rows(), part -> {
            long from = part / each * context + part % each * rowsEach;
            long to = Math.min(part / each * context + context, from + rowsEach);
            for (long row = from; row < to; row++) {
                backwardRow(dy, x, dx, row, (long) part * c);
            }
        });
        Sums.ofRows(gains, 0, keep, gain.gradient());
        if (bias != null) {
            Sums.ofRows(biasParts.top(gains.rows()), 0, keep, bias.gradient());
        }
        lines.making(Hook.NORM_EXAMPLE_GRADIENT, () -> examples.show(gains, sequences, lines));
    }

    /** Makes room for the sums of so many parts. */
    private void room(int parts, int columns) {
        if (gainParts == null || gainParts.rows() < parts) {
            gainParts = Tensor.zeros(arena, parts, columns);
            biasParts = Tensor.zeros(arena, parts, columns);
            scratch = Tensor.zeros(arena, parts, 2 * columns);
        }
    }

    private float variance(Tensor x, long row, float mean) {
        int c = x.columns();
        if (norm == Norm.RMSNORM) {
            return Vectors.dot(x.data(), row * c, x.data(), row * c, c) / c;
        }
        // Two passes: the mean of squares minus the square of the mean loses everything where the mean is large.
        float squares = Vectors.dot(x.data(), row * c, x.data(), row * c, c);
        if (mean * mean * c < 0.5f * squares) {
            return squares / c - mean * mean;
        }
        double sum = 0;
        for (int i = 0; i < c; i++) {
            double away = x.get(row * c + i) - (double) mean;
            sum += away * away;
        }
        return (float) (sum / c);
    }

    private void apply(Tensor x, Tensor y, long row) {
        int c = x.columns();
        float mean = means.get(row);
        float scale = scales.get(row);
        MemorySegment g = gain.working().data();
        for (int i = 0; i < c; i += Vectors.WIDE.length()) {
            VectorMask<Float> mask = Vectors.within(i, c);
            FloatVector normal =
                    Vectors.load(x.data(), row * c + i, mask).sub(mean).mul(scale);
            FloatVector scaled = bias == null
                    ? normal.mul(Vectors.load(g, i, mask))
                    : normal.fma(
                            Vectors.load(g, i, mask),
                            Vectors.load(bias.working().data(), i, mask));
            Vectors.store(scaled, y.data(), row * c + i, mask);
        }
    }

    private void backwardRow(Tensor dy, Tensor x, Tensor dx, long row, long part) {
        int c = x.columns();
        // With h = gain · dy and n the normalised row: dx = scale · (h - mean(h) - n · mean(h · n)); RMSNorm has no
        // mean(h).
        MemorySegment h = scratch.from(2 * part);
        MemorySegment hn = scratch.from(2 * part + c);
        gained(dy, x, row, part, h, hn);
        float meanH = norm == Norm.LAYERNORM ? Vectors.sum(h, 0, c) / c : 0;
        float meanHn = Vectors.sum(hn, 0, c) / c;
        through(x, dx, row, h, meanH, meanHn);
    }

    // Two methods, because the compiler gives up on one with as many operations, and puts each of its vectors on the
    // heap.

    /** Leaves h and h · n of a row, and adds what the row gives to the gradients of gain and bias. */
    private void gained(Tensor dy, Tensor x, long row, long part, MemorySegment h, MemorySegment hn) {
        int c = x.columns();
        int whole = (int) Vectors.wholeEnd(0, c);
        float mean = means.get(row);
        float scale = scales.get(row);
        MemorySegment g = gain.working().data();
        MemorySegment gains = gainParts.data();
        MemorySegment biases = biasParts.data();
        for (int i = 0; i < whole; i += Vectors.WIDE.length()) {
            FloatVector d = Vectors.load(dy.data(), row * c + i);
            FloatVector normal = Vectors.load(x.data(), row * c + i).sub(mean).mul(scale);
            FloatVector gained = d.mul(Vectors.load(g, i));
            Vectors.store(gained, h, i);
            Vectors.store(gained.mul(normal), hn, i);
            Vectors.store(d.fma(normal, Vectors.load(gains, part + i)), gains, part + i);
            Vectors.store(d.add(Vectors.load(biases, part + i)), biases, part + i);
        }
        for (int i = whole; i < c; i++) {
            float d = dy.get(row * c + i);
            float normal = (x.get(row * c + i) - mean) * scale;
            float gained = d * gain.working().get(i);
            h.setAtIndex(JAVA_FLOAT, i, gained);
            hn.setAtIndex(JAVA_FLOAT, i, gained * normal);
            gainParts.set(part + i, Math.fma(d, normal, gainParts.get(part + i)));
            biasParts.set(part + i, d + biasParts.get(part + i));
        }
    }

    private void through(Tensor x, Tensor dx, long row, MemorySegment h, float meanH, float meanHn) {
        int c = x.columns();
        int whole = (int) Vectors.wholeEnd(0, c);
        float mean = means.get(row);
        float scale = scales.get(row);
        FloatVector back = Vectors.broadcast(-meanHn);
        FloatVector factor = Vectors.broadcast(scale);
        for (int i = 0; i < whole; i += Vectors.WIDE.length()) {
            FloatVector normal = Vectors.load(x.data(), row * c + i).sub(mean).mul(scale);
            FloatVector inner = normal.fma(back, Vectors.load(h, i).sub(meanH));
            Vectors.store(inner.fma(factor, Vectors.load(dx.data(), row * c + i)), dx.data(), row * c + i);
        }
        for (int i = whole; i < c; i++) {
            float normal = (x.get(row * c + i) - mean) * scale;
            float inner = Math.fma(normal, -meanHn, h.getAtIndex(JAVA_FLOAT, i) - meanH);
            dx.set(row * c + i, Math.fma(inner, scale, dx.get(row * c + i)));
        }
    }
}
