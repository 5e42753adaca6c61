package observatory.trainer.cuda;

import java.util.List;

/** Activations and gated units beside the formulas, their gradients beside central differences. */
final class ActivationCases {
    private ActivationCases() {}

    static List<KernelCase> all() {
        return List.of(
                new KernelCase("activation gelu", rig -> activation(rig, 0)),
                new KernelCase("activation silu", rig -> activation(rig, 2)),
                new KernelCase("activation squared relu", rig -> activation(rig, 3)),
                new KernelCase("activations of what is no number", ActivationCases::notNumbers),
                new KernelCase("gate geglu, 17 units", rig -> gate(rig, 0, 17)),
                new KernelCase("gate swiglu, 24 units", rig -> gate(rig, 2, 24)));
    }

    private static double activation(KernelRig rig, int kind) {
        double worst = 0;
        for (int n : new int[] {1, 7, 300, 9011}) {
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

    /** A NaN has to reach whatever is computed from it, forward and backward, and nothing else. */
    private static double notNumbers(KernelRig rig) {
        int n = 300;
        float[] x = rig.drawn(n, 16);
        for (int i = 0; i < n; i += 7) {
            x[i] = Float.NaN;
        }
        long xAt = rig.elements(x);
        long dy = rig.elements(rig.drawn(n, 17));
        boolean right = true;
        for (int kind : new int[] {0, 2, 3}) {
            long y = rig.poisonedElements(n);
            long dx = rig.poisonedElements(n);
            rig.ops.activation().forward(xAt, y, n, kind, 0, 0);
            rig.ops.activation().backward(dy, xAt, dx, n, kind);
            float[] forward = rig.readElements(y, n);
            float[] backward = rig.readElements(dx, n);
            for (int i = 0; i < n; i++) {
                right &= Float.isNaN(forward[i]) == (i % 7 == 0) && Float.isNaN(backward[i]) == (i % 7 == 0);
            }
        }
        return right ? 0 : Double.POSITIVE_INFINITY;
    }

    private static double activated(double x, int kind) {
        if (kind == 2) {
            return x / (1 + Math.exp(-x));
        }
        if (kind == 0) {
            return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        }
        return x > 0 ? x * x : 0;
    }

    private static double gate(KernelRig rig, int kind, int columns) {
        Rows units = new Rows(401, columns);
        int n = units.count() * columns;
        float[] gates = rig.drawn(n, 13);
        float[] values = rig.drawn(n, 14);
        float[] dy = rig.drawn(n, 15);
        long gatesAt = rig.elements(gates);
        long valuesAt = rig.elements(values);
        long y = rig.poisonedElements(n);
        long d = rig.poisonedElements(2 * n);
        rig.ops.activation().gate(gatesAt, valuesAt, y, n, kind, 0, 0);
        rig.ops.activation().gateBackward(rig.elements(dy), gatesAt, valuesAt, d, units, kind);
        double[] expected = new double[n];
        double[] expectedD = new double[2 * n];
        double h = 1e-5;
        for (int i = 0; i < n; i++) {
            double slope = (activated(gates[i] + h, kind) - activated(gates[i] - h, kind)) / (2 * h);
            int at = i / columns * 2 * columns + i % columns;
            expected[i] = activated(gates[i], kind) * values[i];
            expectedD[at] = dy[i] * values[i] * slope;
            expectedD[at + columns] = dy[i] * activated(gates[i], kind);
        }
        return Math.max(
                KernelCase.difference(expected, rig.readElements(y, n)),
                KernelCase.difference(expectedD, rig.readElements(d, 2 * n)));
    }
}
