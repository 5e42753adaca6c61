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
import observatory.probe.Tail;

/** The end of a step beside the formulas: norm, decision, update and what is told of it, and nothing where it is skipped. */
final class OptimizerCases {
    private static final int FIRST = 1091;
    /** Where the second parameter begins: parameters lie at multiples of 64. */
    private static final int SECOND_AT = 1152;

    private static final int SECOND = 30;
    private static final int ALL = SECOND_AT + 64;
    /** Magnitudes above it are counted. */
    private static final float THRESHOLD = 0.05f;

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
            // Where nothing ever came epsilon alone keeps the update a number.
            boolean never = i % 50 == 0;
            g[i] = never ? 0 : g[i];
            m[i] = never ? 0 : m[i];
            v[i] = never ? 0 : Math.abs(v[i]);
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
        OptimizerKernels.Arrays arrays = arrays(rig, g, w, m, v);
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
        OptimizerKernels.Control control = new OptimizerKernels.Control(orders, decision);
        rig.ops.optimizer().adamw(arrays, chunks, 2, control, 0, 0);
        OptimizerKernels.Arrays watched = arrays(rig, g, w, m, v);
        long updates = rig.poisoned(2L * Summary.BYTES);
        long values = rig.poisoned(2L * Summary.BYTES);
        rig.ops.optimizer().adamw(watched, chunks, 2, control, updates, values);

        MemorySegment decided = rig.bytes(decision, 16);
        boolean skipped = decided.get(JAVA_INT, 12) != 0;
        double norm = decided.get(JAVA_DOUBLE, 0);
        float[] got = rig.readFloats(arrays.weights(), ALL);
        float[] firsts = rig.readFloats(arrays.firsts(), ALL);
        float[] seconds = rig.readFloats(arrays.seconds(), ALL);
        boolean alike = Arrays.equals(got, rig.readFloats(watched.weights(), ALL))
                && Arrays.equals(firsts, rig.readFloats(watched.firsts(), ALL))
                && Arrays.equals(seconds, rig.readFloats(watched.seconds(), ALL));
        if (broken || skipped || !alike) {
            boolean untouched = Arrays.equals(w, got) && Arrays.equals(m, firsts) && Arrays.equals(v, seconds);
            return broken && skipped && alike && untouched && Double.isNaN(norm) ? 0 : Double.POSITIVE_INFINITY;
        }
        double squares = 0;
        for (int i = 0; i < ALL; i++) {
            squares += inside(i) ? Math.pow(g[i] / scale, 2) : 0;
        }
        double expectedNorm = Math.sqrt(squares);
        double factor = Math.min(1, clip / (expectedNorm + 1e-6)) / scale;
        double[] expected = new double[ALL];
        double[] expectedFirsts = new double[ALL];
        double[] expectedSeconds = new double[ALL];
        for (int i = 0; i < ALL; i++) {
            expected[i] = w[i];
            expectedFirsts[i] = m[i];
            expectedSeconds[i] = v[i];
            if (inside(i)) {
                double first = 0.9 * m[i] + 0.1 * g[i] * factor;
                double second = 0.95 * v[i] + 0.05 * Math.pow(g[i] * factor, 2);
                double keep = i < FIRST ? 1 - 0.01 * 0.1 : 1;
                expected[i] = w[i] * keep - 0.01 * first * 2 / (Math.sqrt(second * 3) + 1e-8);
                expectedFirsts[i] = first;
                expectedSeconds[i] = second;
            }
        }
        double worst = Math.max(counted, Math.abs(norm - expectedNorm) / expectedNorm);
        worst = Math.max(worst, KernelCase.difference(expected, got));
        worst = Math.max(worst, KernelCase.difference(expectedFirsts, firsts));
        worst = Math.max(worst, KernelCase.difference(expectedSeconds, seconds));
        worst = Math.max(worst, measured(rig, updates, values, w, got));
        worst = Math.max(worst, ratios(rig, arrays, chunks, control, factor));
        return arrays.working() == 0 ? worst : Math.max(worst, working(rig, arrays, watched, got));
    }

    private static OptimizerKernels.Arrays arrays(KernelRig rig, float[] g, float[] w, float[] m, float[] v) {
        boolean rounded = rig.format.bytes() == Short.BYTES;
        return new OptimizerKernels.Arrays(
                rig.floats(g), rig.floats(w), rig.floats(m), rig.floats(v), rounded ? rig.poisonedElements(ALL) : 0);
    }

    /** The summaries of updates and of new weights beside the host's of what was read back. */
    private static double measured(KernelRig rig, long updates, long values, float[] before, float[] after) {
        float[] moved = new float[ALL];
        for (int i = 0; i < ALL; i++) {
            moved[i] = after[i] - before[i];
        }
        double worst = 0;
        for (int parameter = 0; parameter < 2; parameter++) {
            long at = (long) parameter * Summary.BYTES;
            worst = Math.max(worst, MeasuredCases.summary(rig, updates + at, 1, own(moved, parameter)));
            worst = Math.max(worst, MeasuredCases.summary(rig, values + at, 1, own(after, parameter)));
        }
        return worst;
    }

    /** Working copies, of an update measured or not, and of weights that are rounded alone; to the last bit. */
    private static double working(
            KernelRig rig, OptimizerKernels.Arrays arrays, OptimizerKernels.Arrays watched, float[] weights) {
        boolean same = true;
        for (int parameter = 0; parameter < 2; parameter++) {
            float[] expected = rig.rounded(own(weights, parameter));
            same &= Arrays.equals(expected, own(rig.readElements(arrays.working(), ALL), parameter));
            same &= Arrays.equals(expected, own(rig.readElements(watched.working(), ALL), parameter));
        }
        float[] odd = rig.drawn(2500, 55);
        for (int i = 0; i < odd.length; i++) {
            // Not of the format, some between two numbers of it, some smaller than it has, some larger.
            odd[i] = i % 3 == 0 ? odd[i] * 1.00390625f : odd[i] * (float) Math.pow(10, i % 12 - 7);
        }
        StatisticsCases.spoil(odd);
        long rounded = rig.poisonedElements(odd.length);
        rig.ops.optimizer().roundWeights(rig.floats(odd), rounded, odd.length);
        same &= Arrays.equals(rig.rounded(odd), rig.readElements(rounded, odd.length));
        return same ? 0 : Double.POSITIVE_INFINITY;
    }

    /** What observers see of the update beside the formulas, for the moments as the update has left them. */
    private static double ratios(
            KernelRig rig,
            OptimizerKernels.Arrays arrays,
            long chunks,
            OptimizerKernels.Control control,
            double factor) {
        float[] gradients = rig.readFloats(arrays.gradients(), ALL);
        float[] firsts = rig.readFloats(arrays.firsts(), ALL);
        float[] seconds = rig.readFloats(arrays.seconds(), ALL);
        double worst = 0;
        for (int kind = 0; kind < 3; kind++) {
            double[] expected = new double[ALL];
            for (int i = 0; i < ALL; i++) {
                double root = Math.sqrt(seconds[i] * 3.0);
                expected[i] = switch (kind) {
                    case 0 -> gradients[i] * factor / Math.max(root, 1e-8);
                    case 1 -> firsts[i] * 2.0 / (root + 1e-8);
                    default -> root;
                };
            }
            long partials = rig.poisoned(2L * Summary.BYTES);
            long tails = rig.zeros(4L * Long.BYTES);
            Reductions.AdamRatio ratio = new Reductions.AdamRatio(kind, THRESHOLD);
            rig.ops.reductions().adamRatio(arrays, chunks, 2, control, ratio, partials, kind == 1 ? 0 : tails);
            MemorySegment summaries = rig.bytes(partials, 2L * Summary.BYTES);
            MemorySegment counts = rig.bytes(tails, 4L * Long.BYTES);
            for (int parameter = 0; parameter < 2; parameter++) {
                int from = parameter == 0 ? 0 : SECOND_AT;
                int count = parameter == 0 ? FIRST : SECOND;
                double[] own = Arrays.copyOfRange(expected, from, from + count);
                worst = Math.max(worst, away(own, Summary.read(summaries, (long) parameter * Summary.BYTES)));
                Tail tail = Measurements.tail(counts, 2L * parameter * Long.BYTES);
                long above =
                        Arrays.stream(own).filter(x -> Math.abs(x) > THRESHOLD).count();
                Tail counted = kind == 1 ? new Tail(0, 0) : new Tail(count, above);
                worst = tail.equals(counted) ? worst : Double.POSITIVE_INFINITY;
            }
        }
        return worst;
    }

    private static double away(double[] expected, Summary got) {
        double sum = 0;
        double squares = 0;
        double largest = 0;
        for (double x : expected) {
            sum += x;
            squares += x * x;
            largest = Math.max(largest, Math.abs(x));
        }
        double away = Math.abs(sum - got.sum()) / Math.sqrt(squares);
        away = Math.max(away, Math.abs(squares - got.squares()) / squares);
        away = Math.max(away, Math.abs(largest - got.largest()) / largest);
        // In float in every format.
        return away <= 1e-5 && got.nan() == 0 && got.infinite() == 0 ? 0 : Double.POSITIVE_INFINITY;
    }

    private static float[] own(float[] all, int parameter) {
        return parameter == 0
                ? Arrays.copyOfRange(all, 0, FIRST)
                : Arrays.copyOfRange(all, SECOND_AT, SECOND_AT + SECOND);
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
            float[] own = own(g, parameter);
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
        return i < FIRST || i >= SECOND_AT && i < SECOND_AT + SECOND;
    }

    private static long chunks(KernelRig rig) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate(48, 8);
            table.set(JAVA_INT, 8, FIRST);
            table.set(JAVA_INT, 12, 1);
            table.set(JAVA_LONG, 24, (long) SECOND_AT);
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
