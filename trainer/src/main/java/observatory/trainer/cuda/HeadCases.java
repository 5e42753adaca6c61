package observatory.trainer.cuda;

import java.util.List;

/** Rotation and norm of queries and keys beside the formulas; values pass as they are. */
final class HeadCases {
    private static final double EPSILON = 1e-5;

    private HeadCases() {}

    static List<KernelCase> all() {
        return List.of(
                new KernelCase("rotation, heads of 32", rig -> rotation(rig, 32)),
                new KernelCase("rotation, heads of 6", rig -> rotation(rig, 6)),
                new KernelCase("norm of heads of 20", rig -> norm(rig, 20)),
                new KernelCase("norm of heads of 200", rig -> norm(rig, 200)));
    }

    private static Heads heads(int size) {
        return new Heads(2, 3, 35, size, 1, 0, 0);
    }

    private static double rotation(KernelRig rig, int size) {
        Heads heads = heads(size);
        int width = heads.width();
        int half = size / 2;
        int n = heads.batch() * heads.context() * 3 * width;
        float[] qkv = rig.drawn(n, 1);
        float[] cosines = new float[heads.context() * half];
        float[] sines = new float[cosines.length];
        for (int i = 0; i < cosines.length; i++) {
            cosines[i] = (float) Math.cos(i);
            sines[i] = (float) Math.sin(i);
        }
        HeadKernels.Rotation rotation = new HeadKernels.Rotation(rig.floats(cosines), rig.floats(sines));
        double worst = 0;
        for (int sign : new int[] {1, -1}) {
            long at = rig.elements(qkv);
            rig.ops.heads().rotate(at, rotation, heads, sign);
            double[] expected = new double[n];
            for (int i = 0; i < n; i++) {
                int column = i % (3 * width);
                int k = column % size;
                if (column >= 2 * width) {
                    expected[i] = qkv[i];
                    continue;
                }
                int angle = i / (3 * width) % heads.context() * half + k % half;
                double other = k < half ? -qkv[i + half] : qkv[i - half];
                expected[i] = qkv[i] * (double) cosines[angle] + other * sign * sines[angle];
            }
            worst = Math.max(worst, KernelCase.difference(expected, rig.readElements(at, n)));
        }
        return worst;
    }

    private static double norm(KernelRig rig, int size) {
        Heads heads = heads(size);
        int width = heads.width();
        int rows = heads.batch() * heads.context();
        int n = rows * 3 * width;
        float[] qkv = rig.drawn(n, 2);
        float[] d = rig.drawn(n, 3);
        float[][] gains = {rig.drawn(size, 4), rig.drawn(size, 5)};
        float[][] before = {rig.drawn(size, 6), rig.drawn(size, 7)};
        HeadKernels.Gains gainsAt = new HeadKernels.Gains(rig.elements(gains[0]), rig.elements(gains[1]));
        HeadKernels.Gains gradients = new HeadKernels.Gains(rig.floats(before[0]), rig.floats(before[1]));
        long at = rig.elements(qkv);
        long raw = rig.poisonedElements(rows * 2 * width);
        long dAt = rig.elements(d);
        long room = rig.poisoned(2L * rig.ops.heads().parts(rows) * size * Float.BYTES);
        rig.ops.heads().norm(at, raw, gainsAt, heads);
        rig.ops.heads().normBackward(dAt, raw, gainsAt, gradients, room, heads);

        double[] expected = new double[n];
        double[] expectedD = new double[n];
        double[] expectedRaw = new double[rows * 2 * width];
        double[][] expectedGains = new double[2][size];
        for (int which = 0; which < 2; which++) {
            for (int i = 0; i < size; i++) {
                expectedGains[which][i] = before[which][i];
            }
        }
        for (int head = 0; head < n / size; head++) {
            int from = head * size;
            int third = from % (3 * width) / width;
            double squares = 0;
            double product = 0;
            for (int i = 0; i < size; i++) {
                squares += (double) qkv[from + i] * qkv[from + i] / size;
            }
            double scale = 1 / Math.sqrt(squares + EPSILON);
            for (int i = 0; i < size && third < 2; i++) {
                product += (double) d[from + i] * gains[third][i] * qkv[from + i] * scale / size;
            }
            for (int i = 0; i < size; i++) {
                double x = qkv[from + i];
                expected[from + i] = third == 2 ? x : x * scale * gains[third][i];
                expectedD[from + i] =
                        third == 2 ? d[from + i] : scale * (d[from + i] * gains[third][i] - x * scale * product);
                if (third < 2) {
                    expectedRaw[from / (3 * width) * 2 * width + from % (3 * width) + i] = x;
                    expectedGains[third][i] += d[from + i] * x * scale;
                }
            }
        }
        double worst = KernelCase.difference(expected, rig.readElements(at, n));
        worst = Math.max(worst, KernelCase.difference(expectedRaw, rig.readElements(raw, expectedRaw.length)));
        worst = Math.max(worst, KernelCase.difference(expectedD, rig.readElements(dAt, n)));
        worst = Math.max(worst, KernelCase.difference(expectedGains[0], rig.readFloats(gradients.queries(), size)));
        return Math.max(worst, KernelCase.difference(expectedGains[1], rig.readFloats(gradients.keys(), size)));
    }
}
