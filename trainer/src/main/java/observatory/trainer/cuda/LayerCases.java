package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import observatory.trainer.cuda.Gemm.Kind;
import observatory.trainer.cuda.NormKernels.Norm;
import observatory.trainer.cuda.NormKernels.NormPartials;
import observatory.trainer.cuda.NormKernels.NormParts;

/** What a layer is made of but attention, beside the formulas. */
final class LayerCases {
    private static final int ROWS = 12;
    private static final double EPSILON = 1e-5;

    private LayerCases() {}

    static List<KernelCase> all() {
        return List.of(
                new KernelCase("layernorm, 40 columns", rig -> norm(rig, 40, true)),
                new KernelCase("layernorm, 33 columns", rig -> norm(rig, 33, true)),
                new KernelCase("rmsnorm, 40 columns", rig -> norm(rig, 40, false)),
                new KernelCase("layernorm, 392 columns", rig -> norm(rig, 392, true)),
                new KernelCase("rmsnorm, 1032 columns", rig -> norm(rig, 1032, false)),
                new KernelCase("activation gelu", rig -> activation(rig, 0)),
                new KernelCase("activation squared relu", rig -> activation(rig, 3)),
                new KernelCase("cross-entropy, 48 columns", rig -> crossEntropy(rig, 48)),
                new KernelCase("cross-entropy, 1031 columns", rig -> crossEntropy(rig, 1031)),
                new KernelCase("products of odd sizes", rig -> products(rig, 13, 21, 35)),
                new KernelCase("products of even sizes", rig -> products(rig, 136, 144, 72)));
    }

    private static double norm(KernelRig rig, int c, boolean centred) {
        int n = ROWS * c;
        float[] x = rig.drawn(n, 1);
        float[] branch = rig.drawn(n, 2);
        float[] gain = rig.drawn(c, 3);
        float[] bias = rig.drawn(c, 4);
        float[] dy = rig.drawn(n, 5);
        float[] d0 = rig.drawn(n, 6);
        long kept = rig.poisoned(2L * ROWS * Float.BYTES);
        Norm norm = new Norm(
                rig.elements(gain), centred ? rig.elements(bias) : 0, kept, kept + ROWS * Float.BYTES, centred);
        Rows rows = new Rows(ROWS, c);
        long residual = rig.poisonedElements(n);
        long y = rig.poisonedElements(n);
        rig.ops.norm().forward(rig.elements(x), rig.elements(branch), norm, residual, y, rows, NormPartials.NONE);
        float[] stream = rig.readElements(residual, n);
        long d = rig.elements(d0);
        long dyAt = rig.elements(dy);
        rig.ops.norm().backwardInput(dyAt, residual, norm, d, rows, 0);
        NormParts parts = NormParts.of(ROWS, 4);
        long gains = rig.zeros((long) c * Float.BYTES);
        long biases = rig.zeros((long) c * Float.BYTES);
        long room = rig.poisoned(2L * parts.count() * c * Float.BYTES);
        rig.ops.norm().backwardParameters(dyAt, residual, norm, room, gains, biases, rows, parts);

        double[] expectedStream = new double[n];
        double[] expectedY = new double[n];
        double[] expectedD = new double[n];
        double[] expectedGain = new double[c];
        double[] expectedBias = new double[c];
        for (int row = 0; row < ROWS; row++) {
            double mean = 0;
            double variance = 0;
            for (int i = 0; i < c; i++) {
                expectedStream[row * c + i] = (double) x[row * c + i] + branch[row * c + i];
                mean += centred ? (double) stream[row * c + i] / c : 0;
            }
            for (int i = 0; i < c; i++) {
                variance += Math.pow(stream[row * c + i] - mean, 2) / c;
            }
            double scale = 1 / Math.sqrt(variance + EPSILON);
            double meanH = 0;
            double meanHn = 0;
            for (int i = 0; i < c; i++) {
                double normal = (stream[row * c + i] - mean) * scale;
                double h = (double) dy[row * c + i] * gain[i];
                meanH += centred ? h / c : 0;
                meanHn += h * normal / c;
                expectedY[row * c + i] = normal * gain[i] + (centred ? bias[i] : 0);
                expectedGain[i] += dy[row * c + i] * normal;
                expectedBias[i] += dy[row * c + i];
            }
            for (int i = 0; i < c; i++) {
                double normal = (stream[row * c + i] - mean) * scale;
                double h = (double) dy[row * c + i] * gain[i];
                expectedD[row * c + i] = d0[row * c + i] + scale * (h - meanH - normal * meanHn);
            }
        }
        double worst = KernelCase.difference(expectedStream, stream);
        worst = Math.max(worst, KernelCase.difference(expectedY, rig.readElements(y, n)));
        worst = Math.max(worst, KernelCase.difference(expectedD, rig.readElements(d, n)));
        worst = Math.max(worst, KernelCase.difference(expectedGain, rig.readFloats(gains, c)));
        return Math.max(worst, KernelCase.difference(expectedBias, rig.readFloats(biases, c)));
    }

    private static double activation(KernelRig rig, int kind) {
        double worst = 0;
        for (int n : new int[] {1, 7, 300, 2053}) {
            float[] x = rig.drawn(n, 11);
            float[] dy = rig.drawn(n, 12);
            long xAt = rig.elements(x);
            long y = rig.poisonedElements(n);
            long dx = rig.poisonedElements(n);
            rig.ops.activation().forward(xAt, y, n, kind, 0, 0);
            rig.ops.activation().backward(rig.elements(dy), xAt, dx, n, kind);
            double[] expected = new double[n];
            double[] expectedDx = new double[n];
            double h = 1e-5;
            for (int i = 0; i < n; i++) {
                expected[i] = activated(x[i], kind);
                expectedDx[i] = dy[i] * (activated(x[i] + h, kind) - activated(x[i] - h, kind)) / (2 * h);
            }
            worst = Math.max(worst, KernelCase.difference(expected, rig.readElements(y, n)));
            worst = Math.max(worst, KernelCase.difference(expectedDx, rig.readElements(dx, n)));
        }
        return worst;
    }

    private static double activated(double x, int kind) {
        if (kind == 0) {
            return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        }
        return x > 0 ? x * x : 0;
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

    private static double products(KernelRig rig, int m, int n, int k) {
        Gemm gemm = new OwnGemm(rig.device, rig.kernels, rig.format.bytes() == Short.BYTES);
        double worst = 0;
        for (Kind kind : Kind.values()) {
            float[] a = rig.drawn(m * k, 31);
            float[] b = rig.drawn(k * n, 32);
            double[] expected = new double[m * n];
            for (int row = 0; row < m; row++) {
                for (int column = 0; column < n; column++) {
                    for (int i = 0; i < k; i++) {
                        float left = a[kind == Kind.WEIGHT_GRADIENT ? i * m + row : row * k + i];
                        float right = b[kind == Kind.FORWARD ? column * k + i : i * n + column];
                        expected[row * n + column] += (double) left * right;
                    }
                }
            }
            boolean weights = kind == Kind.WEIGHT_GRADIENT;
            long c = weights ? rig.poisoned((long) m * n * Float.BYTES) : rig.poisonedElements(m * n);
            gemm.multiply(new Gemm.Shape(kind, m, n, k), rig.elements(a), rig.elements(b), c, false);
            worst = Math.max(
                    worst,
                    KernelCase.difference(expected, weights ? rig.readFloats(c, m * n) : rig.readElements(c, m * n)));
        }
        return worst;
    }
}
