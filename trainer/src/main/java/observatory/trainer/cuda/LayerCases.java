package observatory.trainer.cuda;

import java.util.List;
import observatory.trainer.cuda.Gemm.Kind;
import observatory.trainer.cuda.NormKernels.Norm;
import observatory.trainer.cuda.NormKernels.NormPartials;
import observatory.trainer.cuda.NormKernels.NormParts;

/** Norms and matrix products beside the formulas. */
final class LayerCases {
    private static final int CONTEXT = 4;
    private static final int ROWS = 17 * CONTEXT;
    private static final double EPSILON = 1e-5;

    private LayerCases() {}

    static List<KernelCase> all() {
        return List.of(
                new KernelCase("layernorm, 40 columns", rig -> norm(rig, 40, true)),
                new KernelCase("layernorm, 33 columns", rig -> norm(rig, 33, true)),
                new KernelCase("rmsnorm, 40 columns", rig -> norm(rig, 40, false)),
                new KernelCase("layernorm, 392 columns", rig -> norm(rig, 392, true)),
                new KernelCase("rmsnorm, 1032 columns", rig -> norm(rig, 1032, false)),
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
        NormParts parts = NormParts.of(ROWS, CONTEXT);
        float[] before = rig.drawn(c, 7);
        long gains = rig.floats(before);
        long biases = rig.floats(before);
        long room = rig.poisoned(2L * parts.count() * c * Float.BYTES);
        rig.ops.norm().backwardParameters(dyAt, residual, norm, room, gains, biases, rows, parts);
        int sequences = ROWS / CONTEXT;
        long own = rig.poisoned((long) sequences * c * Float.BYTES);
        rig.ops.norm().exampleGradients(room, own, sequences, c, parts);

        double[] expectedStream = new double[n];
        double[] expectedY = new double[n];
        double[] expectedD = new double[n];
        double[] expectedGain = new double[c];
        double[] expectedBias = new double[c];
        double[] expectedOwn = new double[sequences * c];
        for (int i = 0; i < c; i++) {
            expectedGain[i] = before[i];
            expectedBias[i] = before[i];
        }
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
                expectedOwn[row / CONTEXT * c + i] += dy[row * c + i] * normal;
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
        worst = Math.max(worst, KernelCase.difference(expectedOwn, rig.readFloats(own, sequences * c)));
        worst = Math.max(worst, KernelCase.difference(expectedGain, rig.readFloats(gains, c)));
        return Math.max(worst, KernelCase.difference(expectedBias, rig.readFloats(biases, c)));
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
