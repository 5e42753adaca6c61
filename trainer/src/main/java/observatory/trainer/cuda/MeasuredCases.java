package observatory.trainer.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import observatory.probe.Reduction;
import observatory.trainer.cuda.NormKernels.Norm;
import observatory.trainer.cuda.NormKernels.NormPartials;

/**
 * Kernels that measure on the way: their summaries beside those of the host of what they left in memory, which is to the
 * last bit what their twins leave that do not measure. Plain tensors, and such with elements that are not finite or whose
 * squares are not.
 */
final class MeasuredCases {
    /** Of a summary in float, whatever the format of the elements. */
    private static final double TOLERANCE = 2e-6;

    private MeasuredCases() {}

    static List<KernelCase> all() {
        List<KernelCase> cases = new ArrayList<>();
        for (boolean spoiled : new boolean[] {false, true}) {
            String of = spoiled ? ", measured, spoiled" : ", measured";
            // More rows than warps, whose next row is on its way while they work on one.
            cases.add(new KernelCase("layernorm, 68 rows" + of, rig -> norm(rig, 68, 40, spoiled)));
            cases.add(new KernelCase("layernorm, 392 columns" + of, rig -> norm(rig, 12, 392, spoiled)));
            cases.add(new KernelCase("layernorm, 33 columns" + of, rig -> norm(rig, 12, 33, spoiled)));
            cases.add(new KernelCase("layernorm, 1032 columns" + of, rig -> norm(rig, 12, 1032, spoiled)));
            cases.add(new KernelCase("activation" + of, rig -> activation(rig, spoiled)));
            cases.add(new KernelCase("cross-entropy, 1200 columns" + of, rig -> crossEntropy(rig, 1200, spoiled)));
            cases.add(new KernelCase("cross-entropy, 1031 columns" + of, rig -> crossEntropy(rig, 1031, spoiled)));
            cases.add(new KernelCase("gate" + of, rig -> gate(rig, spoiled)));
            cases.add(new KernelCase("embedding, 40 columns" + of, rig -> embedding(rig, 40, spoiled)));
            cases.add(new KernelCase("embedding, 33 columns" + of, rig -> embedding(rig, 33, spoiled)));
        }
        cases.add(new KernelCase("attention, measured, spoiled", MeasuredCases::attention));
        return cases;
    }

    private static float[] drawn(KernelRig rig, int count, long seed, boolean spoiled) {
        float[] x = rig.drawn(count, seed);
        if (!spoiled) {
            return x;
        }
        StatisticsCases.spoil(x);
        return rig.rounded(x);
    }

    private static double norm(KernelRig rig, int count, int columns, boolean spoiled) {
        int n = count * columns;
        long x = rig.elements(drawn(rig, n, 51, spoiled));
        long branch = rig.elements(rig.drawn(n, 52));
        long kept = rig.poisoned(2L * count * Float.BYTES);
        Norm norm = new Norm(
                rig.elements(rig.drawn(columns, 53)),
                rig.elements(rig.drawn(columns, 54)),
                kept,
                kept + (long) count * Float.BYTES,
                true);
        Rows rows = new Rows(count, columns);
        int blocks = rig.ops.blocks().forNorm(count);
        long partials = rig.poisoned(3L * blocks * Summary.BYTES);
        long each = (long) blocks * Summary.BYTES;
        long[] residuals = {rig.poisonedElements(n), rig.poisonedElements(n)};
        long[] ys = {rig.poisonedElements(n), rig.poisonedElements(n)};
        rig.ops.norm().forward(x, branch, norm, residuals[0], ys[0], rows, NormPartials.NONE);
        NormPartials all = new NormPartials(partials, partials + each, partials + 2 * each);
        rig.ops.norm().forward(x, branch, norm, residuals[1], ys[1], rows, all);
        double worst = twins(rig, residuals, n);
        worst = Math.max(worst, twins(rig, ys, n));
        worst = Math.max(worst, summary(rig, all.branch(), blocks, rig.readElements(branch, n)));
        worst = Math.max(worst, summary(rig, all.residual(), blocks, rig.readElements(residuals[1], n)));
        worst = Math.max(worst, summary(rig, all.y(), blocks, rig.readElements(ys[1], n)));
        return Math.max(worst, normBackward(rig, residuals[1], norm, rows, spoiled));
    }

    private static double normBackward(KernelRig rig, long residual, Norm norm, Rows rows, boolean spoiled) {
        int n = rows.count() * rows.columns();
        long dy = rig.elements(rig.drawn(n, 55));
        float[] before = drawn(rig, n, 56, spoiled);
        long[] ds = {rig.elements(before), rig.elements(before)};
        int blocks = rig.ops.blocks().forRows(rows.count());
        long partials = rig.poisoned((long) blocks * Summary.BYTES);
        rig.ops.norm().backwardInput(dy, residual, norm, ds[0], rows, 0);
        rig.ops.norm().backwardInput(dy, residual, norm, ds[1], rows, partials);
        return Math.max(twins(rig, ds, n), summary(rig, partials, blocks, rig.readElements(ds[1], n)));
    }

    private static double activation(KernelRig rig, boolean spoiled) {
        double worst = 0;
        for (int n : new int[] {1, 7, 300, 33011}) {
            float[] drawn = drawn(rig, n, 61, spoiled);
            for (int kind : new int[] {0, 2, 3}) {
                long x = rig.elements(drawn);
                long[] ys = {rig.poisonedElements(n), rig.poisonedElements(n)};
                int blocks = rig.ops.blocks().forElements(n);
                long each = (long) blocks * Summary.BYTES;
                long partials = rig.poisoned(2 * each);
                rig.ops.activation().forward(x, ys[0], n, kind, 0, 0);
                rig.ops.activation().forward(x, ys[1], n, kind, partials, partials + each);
                worst = Math.max(worst, twins(rig, ys, n));
                worst = Math.max(worst, summary(rig, partials, blocks, drawn));
                worst = Math.max(worst, summary(rig, partials + each, blocks, rig.readElements(ys[1], n)));
            }
        }
        return worst;
    }

    private static double crossEntropy(KernelRig rig, int columns, boolean spoiled) {
        int count = 5;
        int n = count * columns;
        float[] logits = drawn(rig, n, 71, spoiled);
        LossKernels.Targets targets = new LossKernels.Targets(
                rig.ints(0, columns - 1, 3, columns / 2, 7),
                rig.floats(new float[] {0.25f, 0, 0.125f, 0.5f, 0.25f}),
                0);
        long[] at = {rig.elements(logits), rig.elements(logits)};
        long losses = rig.poisoned(2L * count * Float.BYTES);
        LossKernels.Losses told = new LossKernels.Losses(losses, losses + (long) count * Float.BYTES);
        long orders = LossCases.orders(rig, 8, 1e-2);
        int blocks = rig.ops.blocks().forLoss(count);
        long each = (long) blocks * Summary.BYTES;
        long partials = rig.poisoned(2 * each);
        Rows rows = new Rows(count, columns);
        rig.ops.loss().crossEntropy(at[0], targets, told, rows, orders, 0, 0);
        rig.ops.loss().crossEntropy(at[1], targets, told, rows, orders, partials, partials + each);
        double worst = twins(rig, at, n);
        worst = Math.max(worst, summary(rig, partials, blocks, logits));
        return Math.max(worst, summary(rig, partials + each, blocks, rig.readElements(at[1], n)));
    }

    /** Queries, keys and values that are not all finite: everything that attention can be asked for at once, and apart. */
    private static double attention(KernelRig rig) {
        double worst = 0;
        for (int size : new int[] {32, 64, 128}) {
            Heads heads = new Heads(1, 2, 66, size, 0.125f, 0, 0);
            int width = heads.count() * size;
            int rows = heads.batch() * heads.context();
            long in = rig.elements(drawn(rig, rows * 3 * width, 81, true));
            long out = rig.poisonedElements(rows * width);
            long each = (long) rows * heads.count() * Float.BYTES;
            AttentionKernels.Scores scores =
                    new AttentionKernels.Scores(rig.poisoned(each), rig.poisoned(each), rig.poisoned(each));
            int blocks = rig.ops.attention().partialBlocks(heads);
            long partials = blocks == 0 ? 0 : rig.poisoned((long) blocks * Summary.BYTES);
            rig.ops.attention().forward(in, out, scores, heads, partials);
            worst = Math.max(worst, AttentionCases.alike(rig, in, out, scores, heads));
        }
        return worst;
    }

    private static double embedding(KernelRig rig, int columns, boolean spoiled) {
        int vocabulary = 13;
        int context = 70;
        Rows rows = new Rows(2 * context, columns);
        int n = rows.count() * columns;
        int[] tokens = new int[rows.count()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i * 5 % vocabulary;
        }
        long in = rig.ints(tokens);
        long vectors = rig.elements(drawn(rig, vocabulary * columns, 91, spoiled));
        long positions = rig.elements(rig.drawn(context * columns, 92));
        long[] xs = {rig.poisonedElements(n), rig.poisonedElements(n)};
        int blocks = rig.ops.blocks().forElements(n);
        long partials = rig.poisoned((long) blocks * Summary.BYTES);
        rig.ops.embedding().forward(in, vectors, positions, xs[0], rows, context, 0);
        rig.ops.embedding().forward(in, vectors, positions, xs[1], rows, context, partials);
        return Math.max(twins(rig, xs, n), summary(rig, partials, blocks, rig.readElements(xs[1], n)));
    }

    private static double gate(KernelRig rig, boolean spoiled) {
        double worst = 0;
        for (int n : new int[] {1, 7, 300, 9011}) {
            float[] drawn = drawn(rig, n, 63, spoiled);
            long gates = rig.elements(drawn);
            long values = rig.elements(rig.drawn(n, 64));
            for (int kind : new int[] {0, 2}) {
                long[] ys = {rig.poisonedElements(n), rig.poisonedElements(n)};
                int blocks = rig.ops.blocks().forElements(n);
                long each = (long) blocks * Summary.BYTES;
                long partials = rig.poisoned(2 * each);
                rig.ops.activation().gate(gates, values, ys[0], n, kind, 0, 0);
                rig.ops.activation().gate(gates, values, ys[1], n, kind, partials, partials + each);
                worst = Math.max(worst, twins(rig, ys, n));
                worst = Math.max(worst, summary(rig, partials, blocks, drawn));
                worst = Math.max(worst, summary(rig, partials + each, blocks, rig.readElements(ys[1], n)));
            }
        }
        return worst;
    }

    /** 0, or infinite where the second differs from the first in a bit that is not one of a NaN. */
    static double twins(KernelRig rig, long[] tensors, int count) {
        boolean same = Arrays.equals(rig.readElements(tensors[0], count), rig.readElements(tensors[1], count));
        return same ? 0 : Double.POSITIVE_INFINITY;
    }

    /** 0, or infinite where a summary is not that of these elements. */
    static double summary(KernelRig rig, long partials, int blocks, float[] elements) {
        long merged = rig.poisoned(Summary.BYTES);
        rig.ops.reductions().mergeSummaries(StatisticsCases.span(rig, partials, blocks), 1, 0, merged);
        Summary got = Summary.read(rig.bytes(merged, Summary.BYTES), 0);
        Object expected = StatisticsCases.onHost(new Reduction.ToMoments(), elements, elements.length);
        double away = StatisticsCases.away(expected, got.moments(elements.length));
        return away <= TOLERANCE ? 0 : Double.POSITIVE_INFINITY;
    }
}
