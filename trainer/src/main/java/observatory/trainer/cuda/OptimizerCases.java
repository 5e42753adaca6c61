package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import observatory.probe.Exponents;
import observatory.probe.Reduction;

/** The end of a step beside the formulas: norm, decision, update, and nothing at all where the step is skipped. */
final class OptimizerCases {
    private static final int FIRST = 67;
    private static final int SECOND = 30;
    private static final int ALL = 64 * 3;

    private OptimizerCases() {}

    static List<KernelCase> all() {
        return List.of(
                new KernelCase("norm, decision and AdamW", rig -> step(rig, false)),
                new KernelCase("a skipped step", rig -> step(rig, true)));
    }

    private static double step(KernelRig rig, boolean broken) {
        float[] g = rig.drawn(ALL, 51);
        float[] w = rig.drawn(ALL, 52);
        float[] m = rig.drawn(ALL, 53);
        float[] v = rig.drawn(ALL, 54);
        for (int i = 0; i < ALL; i++) {
            v[i] = Math.abs(v[i]);
        }
        if (broken) {
            g[FIRST - 1] = Float.NaN;
        }
        double scale = 4;
        double clip = 2;
        long orders = orders(rig, scale, clip);
        long chunks = chunks(rig);
        long decision = rig.poisoned(16);
        long partials = rig.poisoned(2L * Summary.BYTES);
        long rows = rig.poisoned(2L * Summary.BYTES);
        boolean rounded = rig.format.bytes() == Short.BYTES;
        OptimizerKernels.Arrays arrays = new OptimizerKernels.Arrays(
                rig.floats(g), rig.floats(w), rig.floats(m), rig.floats(v), rounded ? rig.poisonedElements(ALL) : 0);
        rig.ops.optimizer().gradientNorm(arrays.gradients(), chunks, 2, partials);
        rig.ops.reductions().mergeSummaries(StatisticsCases.span(rig, partials, 1), 1, orders, rows);
        rig.ops
                .reductions()
                .mergeSummaries(
                        StatisticsCases.span(rig, partials + Summary.BYTES, 1), 1, orders, rows + Summary.BYTES);
        rig.ops.optimizer().decide(rows, 2, orders, decision);
        double counted = Math.max(
                exponents(rig, arrays, chunks, orders, scale, g, 1),
                exponents(rig, arrays, chunks, orders, scale, g, 8));
        rig.ops.optimizer().adamw(arrays, chunks, 2, new OptimizerKernels.Control(orders, decision), 0, 0);

        MemorySegment decided = rig.bytes(decision, 16);
        boolean skipped = decided.get(JAVA_INT, 12) != 0;
        double norm = decided.get(JAVA_DOUBLE, 0);
        float[] got = rig.readFloats(arrays.weights(), ALL);
        if (broken || skipped) {
            return broken && skipped && Double.isNaN(norm) && Arrays.equals(w, got) ? 0 : Double.POSITIVE_INFINITY;
        }
        if (counted > 0) {
            return counted;
        }
        double squares = 0;
        for (int i = 0; i < ALL; i++) {
            squares += inside(i) ? Math.pow(g[i] / scale, 2) : 0;
        }
        double expectedNorm = Math.sqrt(squares);
        double factor = Math.min(1, clip / (expectedNorm + 1e-6)) / scale;
        double[] expected = new double[ALL];
        for (int i = 0; i < ALL; i++) {
            expected[i] = w[i];
            if (inside(i)) {
                double first = 0.9 * m[i] + 0.1 * g[i] * factor;
                double second = 0.95 * v[i] + 0.05 * Math.pow(g[i] * factor, 2);
                double keep = i < FIRST ? 1 - 0.01 * 0.1 : 1;
                expected[i] = w[i] * keep - 0.01 * first * 2 / (Math.sqrt(second * 3) + 1e-8);
            }
        }
        double worst = KernelCase.difference(expected, got);
        if (rounded) {
            float[] working = rig.readElements(arrays.working(), FIRST);
            double[] whole = new double[FIRST];
            for (int i = 0; i < FIRST; i++) {
                whole[i] = got[i];
            }
            worst = Math.max(worst, KernelCase.difference(whole, working));
        }
        return Math.max(worst, Math.abs(norm - expectedNorm) / expectedNorm);
    }

    /** Exponents of the unscaled gradients of both parameters beside the host's; infinite where a count differs. */
    private static double exponents(
            KernelRig rig,
            OptimizerKernels.Arrays arrays,
            long chunks,
            long orders,
            double scale,
            float[] g,
            int stride) {
        long counts = rig.zeros(2L * Measurements.COUNTS * Integer.BYTES);
        rig.ops.reductions().gradientExponents(arrays.gradients(), chunks, 2, orders, stride, counts);
        MemorySegment got = rig.bytes(counts, 2L * Measurements.COUNTS * Integer.BYTES);
        double worst = 0;
        for (int parameter = 0; parameter < 2; parameter++) {
            float[] own = Arrays.copyOfRange(g, parameter * 128, parameter * 128 + (parameter == 0 ? FIRST : SECOND));
            for (int i = 0; i < own.length; i++) {
                own[i] /= (float) scale;
            }
            Object expected = StatisticsCases.onHost(new Reduction.ToExponents(stride), own, own.length);
            Exponents counted = Measurements.exponents(got, (long) parameter * Measurements.COUNTS * Integer.BYTES);
            worst = Math.max(worst, StatisticsCases.away(expected, counted));
        }
        return worst;
    }

    /** Two parameters, the first a matrix, each at a multiple of 64; nothing between them may change. */
    private static boolean inside(int i) {
        return i < FIRST || i >= 128 && i < 128 + SECOND;
    }

    private static long chunks(KernelRig rig) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate(48, 8);
            table.set(JAVA_INT, 8, FIRST);
            table.set(JAVA_INT, 12, 1);
            table.set(JAVA_LONG, 24, 128L);
            table.set(JAVA_INT, 32, SECOND);
            table.set(JAVA_INT, 40, 1);
            long at = rig.poisoned(48);
            rig.device.toDevice(at, table);
            rig.device.await();
            return at;
        }
    }

    private static long orders(KernelRig rig, double scale, double clip) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment orders = arena.allocate(64, 8);
            orders.set(JAVA_DOUBLE, 0, scale);
            orders.set(JAVA_DOUBLE, 8, clip);
            float[] numbers = {0.01f, 0.1f, 0.9f, 0.95f, 1e-8f, 2, 3, 0};
            MemorySegment.copy(numbers, 0, orders, JAVA_FLOAT, 16, numbers.length);
            long at = rig.poisoned(64);
            rig.device.toDevice(at, orders);
            rig.device.await();
            return at;
        }
    }
}
