package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The loss beside the formulas: of each row with its gradient, and of each sequence. */
final class LossCases {
    private LossCases() {}

    static List<KernelCase> all() {
        return List.of(
                new KernelCase("cross-entropy, 48 columns", rig -> crossEntropy(rig, 48)),
                new KernelCase("cross-entropy, 1031 columns", rig -> crossEntropy(rig, 1031)),
                new KernelCase("losses of sequences", LossCases::sequences));
    }

    private static double crossEntropy(KernelRig rig, int v) {
        int n = 5 * v;
        float[] logits = rig.drawn(n, 21);
        int[] targets = {0, v - 1, 3, v / 2, 7};
        float[] shares = {0.25f, 0, 0.125f, 0.5f, 0.25f};
        double scale = 8;
        double z = 1e-2;
        long at = rig.elements(logits);
        long losses = rig.poisoned(10 * Float.BYTES);
        long orders = orders(rig, scale, z);
        LossKernels.Targets given = new LossKernels.Targets(rig.ints(targets), rig.floats(shares), 0);
        rig.ops
                .loss()
                .crossEntropy(
                        at,
                        given,
                        new LossKernels.Losses(losses, losses + 5 * Float.BYTES),
                        new Rows(5, v),
                        orders,
                        0,
                        0);
        double[] expectedLosses = new double[10];
        double[] expected = new double[n];
        for (int row = 0; row < 5; row++) {
            double sum = 0;
            for (int i = 0; i < v; i++) {
                sum += Math.exp(logits[row * v + i]);
            }
            double log = Math.log(sum);
            expectedLosses[row] = log - logits[row * v + targets[row]];
            expectedLosses[5 + row] = log;
            for (int i = 0; i < v; i++) {
                double p = Math.exp(logits[row * v + i]) / sum;
                expected[row * v + i] =
                        scale * shares[row] * (p * (1 + 2 * (float) z * log) - (i == targets[row] ? 1 : 0));
            }
        }
        return Math.max(
                KernelCase.difference(expectedLosses, rig.readFloats(losses, 10)),
                KernelCase.difference(expected, rig.readElements(at, n)));
    }

    /** What counts nothing, such as what lies in a prefix, may have no finite loss. */
    private static double sequences(KernelRig rig) {
        int sequences = 3;
        int context = 150;
        float[] losses = new float[sequences * context];
        float[] shares = new float[losses.length];
        double[] expected = new double[sequences];
        for (int i = 0; i < losses.length; i++) {
            boolean counts = i % context >= i / context * 40;
            losses[i] = counts ? 1 + i % 7 : Float.NaN;
            shares[i] = counts ? 1f / (context - i / context * 40) : 0;
            expected[i / context] += counts ? (double) losses[i] * shares[i] : 0;
        }
        long means = rig.poisoned((long) sequences * Double.BYTES);
        LossKernels.Targets targets = new LossKernels.Targets(0, 0, rig.floats(shares));
        rig.ops.loss().sequenceLosses(rig.floats(losses), targets, means, sequences, context);
        double[] got = rig.bytes(means, (long) sequences * Double.BYTES).toArray(JAVA_DOUBLE);
        double worst = 0;
        for (int i = 0; i < sequences; i++) {
            double away = Math.abs(got[i] - expected[i]) / expected[i];
            // Sums in double differ by their order alone.
            worst = away <= 1e-14 ? Math.max(worst, away) : Double.POSITIVE_INFINITY;
        }
        return worst;
    }

    static long orders(KernelRig rig, double scale, double z) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment orders = arena.allocate(64, 8);
            orders.set(JAVA_DOUBLE, 0, scale);
            orders.set(JAVA_FLOAT, 44, (float) z);
            long at = rig.poisoned(64);
            rig.device.toDevice(at, orders);
            rig.device.await();
            return at;
        }
    }
}
