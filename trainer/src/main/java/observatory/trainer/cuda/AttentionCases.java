package observatory.trainer.cuda;

import java.util.Arrays;
import java.util.List;
import observatory.trainer.FixedPositions;

/** Attention forward and backward beside the formulas, with whole score matrices in double. */
final class AttentionCases {
    private AttentionCases() {}

    static List<KernelCase> all() {
        return List.of(
                new KernelCase("attention, heads of 32", rig -> check(rig, new Setting(2, 70, 32, false, false))),
                new KernelCase("attention, heads of 64, alibi", rig -> check(rig, new Setting(1, 65, 64, true, false))),
                new KernelCase("attention, heads of 128", rig -> check(rig, new Setting(1, 66, 128, false, false))),
                new KernelCase("attention, heads of 20", rig -> check(rig, new Setting(2, 37, 20, false, false))),
                new KernelCase(
                        "attention, heads of 32, prefix", rig -> check(rig, new Setting(2, 66, 32, false, true))));
    }

    private record Setting(int batch, int context, int size, boolean alibi, boolean prefix) {}

    private static double check(KernelRig rig, Setting s) {
        int batch = s.batch;
        int count = 2;
        int width = count * s.size;
        int rows = batch * s.context;
        float[] qkv = rig.drawn(rows * 3 * width, 41);
        float[] dOut = rig.drawn(rows * width, 42);
        int[] prefixes = {0, s.context / 2};
        float[] slopes = FixedPositions.slopes(count);
        float scale = (float) (1 / Math.sqrt(s.size));
        Heads heads = new Heads(
                batch,
                count,
                s.context,
                s.size,
                scale,
                s.alibi ? rig.floats(slopes) : 0,
                s.prefix ? rig.ints(prefixes) : 0);
        long perQuery = (long) rows * count * Float.BYTES;
        AttentionKernels.Scores scores =
                new AttentionKernels.Scores(rig.poisoned(perQuery), rig.poisoned(perQuery), rig.poisoned(perQuery));
        long in = rig.elements(qkv);
        long out = rig.poisonedElements(rows * width);
        long grad = rig.poisonedElements(rows * 3 * width);
        int blocks = rig.ops.attention().partialBlocks(heads);
        long partials = blocks == 0 ? 0 : rig.poisoned((long) blocks * Summary.BYTES);
        rig.ops.attention().forward(in, out, scores, heads, partials);
        double worst = alike(rig, in, out, scores, heads);
        rig.ops.attention().backward(in, out, rig.elements(dOut), scores.logs(), rig.poisoned(perQuery), grad, heads);

        Plain plain = new Plain(qkv, dOut, s, count, scale);
        for (int b = 0; b < batch; b++) {
            for (int h = 0; h < count; h++) {
                plain.head(b, h, s.prefix ? prefixes[b] : 0, s.alibi ? slopes[h] : 0);
            }
        }
        worst = Math.max(worst, KernelCase.difference(plain.out, rig.readElements(out, rows * width)));
        if (partials != 0) {
            worst = Math.max(worst, MeasuredCases.summary(rig, partials, blocks, qkv));
        }
        worst = Math.max(worst, KernelCase.difference(plain.grad, rig.readElements(grad, rows * 3 * width)));
        worst = Math.max(worst, KernelCase.difference(plain.largest, rig.readFloats(scores.largest(), rows * count)));
        return Math.max(worst, KernelCase.difference(plain.entropy, rig.readFloats(scores.entropies(), rows * count)));
    }

    /**
     * 0 where attention that tells nothing, and attention that only measures, leave the bits that this one has left that
     * tells of its scores; else infinite.
     */
    static double alike(KernelRig rig, long qkv, long out, AttentionKernels.Scores scores, Heads heads) {
        int rows = heads.batch() * heads.context();
        int elements = rows * heads.count() * heads.size();
        int queries = rows * heads.count();
        long logs = rig.poisoned((long) queries * Float.BYTES);
        AttentionKernels.Scores untold = new AttentionKernels.Scores(logs, 0, 0);
        long other = rig.poisonedElements(elements);
        rig.ops.attention().forward(qkv, other, untold, heads, 0);
        double worst = MeasuredCases.twins(rig, new long[] {out, other}, elements);
        boolean sameLogs = Arrays.equals(rig.readFloats(scores.logs(), queries), rig.readFloats(logs, queries));
        worst = sameLogs ? worst : Double.POSITIVE_INFINITY;
        int blocks = rig.ops.attention().partialBlocks(heads);
        if (blocks != 0) {
            long measured = rig.poisonedElements(elements);
            long partials = rig.poisoned((long) blocks * Summary.BYTES);
            rig.ops.attention().forward(qkv, measured, untold, heads, partials);
            worst = Math.max(worst, MeasuredCases.twins(rig, new long[] {out, measured}, elements));
            float[] elementsOfQkv = rig.readElements(qkv, 3 * elements);
            worst = Math.max(worst, MeasuredCases.summary(rig, partials, blocks, elementsOfQkv));
        }
        return worst;
    }

    /** The formulas. */
    private static final class Plain {
        private final float[] qkv;
        private final float[] dOut;
        private final Setting s;
        private final int count;
        private final float scale;
        private final int width;
        final double[] out;
        final double[] grad;
        final double[] largest;
        final double[] entropy;

        Plain(float[] qkv, float[] dOut, Setting s, int count, float scale) {
            this.qkv = qkv;
            this.dOut = dOut;
            this.s = s;
            this.count = count;
            this.scale = scale;
            this.width = count * s.size;
            this.out = new double[dOut.length];
            this.grad = new double[qkv.length];
            this.largest = new double[dOut.length / s.size];
            this.entropy = new double[dOut.length / s.size];
        }

        private int at(int b, int t, int third, int h, int i) {
            return (b * s.context + t) * 3 * width + third * width + h * s.size + i;
        }

        void head(int b, int h, int prefix, float slope) {
            for (int t = 0; t < s.context; t++) {
                int keys = Math.max(t + 1, prefix);
                double[] p = new double[keys];
                double[] dp = new double[keys];
                double sum = 0;
                int own = (b * s.context + t) * count + h;
                for (int k = 0; k < keys; k++) {
                    double score = 0;
                    for (int i = 0; i < s.size; i++) {
                        score += (double) qkv[at(b, t, 0, h, i)] * qkv[at(b, k, 1, h, i)];
                    }
                    largest[own] = Math.max(largest[own], Math.abs(score * scale));
                    p[k] = Math.exp(score * scale - slope * Math.abs(k - t));
                    sum += p[k];
                }
                double dot = 0;
                for (int k = 0; k < keys; k++) {
                    p[k] /= sum;
                    entropy[own] -= keys == 1 ? 0 : p[k] * Math.log(p[k]) / Math.log(keys);
                    for (int i = 0; i < s.size; i++) {
                        int o = (b * s.context + t) * width + h * s.size + i;
                        out[o] += p[k] * qkv[at(b, k, 2, h, i)];
                        dp[k] += (double) dOut[o] * qkv[at(b, k, 2, h, i)];
                        grad[at(b, k, 2, h, i)] += p[k] * dOut[o];
                    }
                    dot += p[k] * dp[k];
                }
                entropy[own] = keys == 1 ? 1 : entropy[own];
                for (int k = 0; k < keys; k++) {
                    double d = p[k] * (dp[k] - dot) * scale;
                    for (int i = 0; i < s.size; i++) {
                        grad[at(b, t, 0, h, i)] += d * qkv[at(b, k, 1, h, i)];
                        grad[at(b, k, 1, h, i)] += d * qkv[at(b, t, 0, h, i)];
                    }
                }
            }
        }
    }
}
