package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import observatory.probe.ColumnSums;
import observatory.probe.Exponents;
import observatory.probe.Moments;
import observatory.probe.Range;
import observatory.probe.Reduction;
import observatory.probe.RowNorms;
import observatory.probe.Shape;
import observatory.probe.SpectralNorm;
import observatory.probe.Tail;
import observatory.probe.host.HostPowerIteration;
import observatory.probe.host.HostReduction;
import observatory.probe.host.HostReductions;
import observatory.trainer.cuda.CudaTensor.Place;

/** Every reduction beside the plain one of the host; counts have to agree exactly, non-finite elements included. */
final class StatisticsCases {
    private static final int[][] SHAPES = {{1, 1}, {1, 7}, {3, 8}, {37, 27}, {513, 64}};

    private StatisticsCases() {}

    static List<KernelCase> all() {
        List<KernelCase> cases = new ArrayList<>();
        for (Reduction.OfRows<?> reduction : List.of(
                new Reduction.ToMoments(),
                new Reduction.ToRange(),
                new Reduction.ToShape(),
                new Reduction.ToTail(0.7f),
                new Reduction.ToExponents(1),
                new Reduction.ToExponents(8),
                new Reduction.ToRows(),
                new Reduction.ToColumns())) {
            cases.add(new KernelCase(reduction.toString(), rig -> over(rig, reduction)));
        }
        cases.add(new KernelCase("power iteration", StatisticsCases::power));
        cases.add(new KernelCase("many summaries merged", StatisticsCases::merged));
        cases.add(new KernelCase("many elements that are not finite", StatisticsCases::countless));
        return cases;
    }

    private static double over(KernelRig rig, Reduction.OfRows<?> reduction) {
        double worst = 0;
        for (int[] shape : SHAPES) {
            for (boolean spoiled : new boolean[] {false, true}) {
                float[] x = rig.drawn(shape[0] * shape[1], 31 + shape[1]);
                if (spoiled) {
                    spoil(x);
                    x = rig.rounded(x);
                }
                Place place = new Place(rig.elements(x), shape[0], shape[1], rig.format);
                worst = Math.max(worst, away(onHost(reduction, x, shape[1]), onDevice(rig, reduction, place)));
                if (!place.isFloat()) {
                    Place floats = Place.ofFloats(rig.floats(x), shape[0], shape[1]);
                    worst = Math.max(worst, away(onHost(reduction, x, shape[1]), onDevice(rig, reduction, floats)));
                }
            }
        }
        return worst;
    }

    /** What the host makes of a tensor. */
    static Object onHost(Reduction.OfRows<?> reduction, float[] x, int columns) {
        HostReduction<?> host = HostReductions.begin(reduction);
        host.rows(x, 0, x.length / columns, columns);
        return host.result();
    }

    /**
     * Zeros, what is not finite, and numbers whose squares are not, in places that a vector load shares with others.
     */
    static void spoil(float[] x) {
        float[] odd = {Float.NaN, 0, Float.POSITIVE_INFINITY, 1e19f, -0f, Float.NEGATIVE_INFINITY, 3e-39f};
        for (int i = 0; i < x.length; i += 5) {
            x[i] = odd[i / 5 % odd.length];
        }
    }

    private static Object onDevice(KernelRig rig, Reduction.OfRows<?> reduction, Place place) {
        Results results = new Results(rig.zeros(1 << 14), 1 << 14, 0, 0, 1);
        Measurements measurements = new Measurements(rig.device, rig.ops);
        Function<MemorySegment, Object> answer = measurements.enqueue(
                reduction, place, new Measurements.Room(results, rig::poisoned, Measurements.Scale.NONE));
        if (answer == null) {
            int blocks = rig.ops.blocks().forElements(place.elements());
            long partials = rig.poisoned((long) blocks * Summary.BYTES);
            long row = results.row();
            rig.ops.reductions().summarise(place, partials);
            rig.ops.reductions().mergeSummaries(span(rig, partials, blocks), 1, 0, results.address() + row);
            MemorySegment home = rig.bytes(results.address(), results.used());
            return Summary.answers(List.of(reduction), row, place.elements())
                    .get(reduction)
                    .apply(home);
        }
        return answer.apply(rig.bytes(results.address(), results.used()));
    }

    static long span(KernelRig rig, long partials, int blocks) {
        long span = rig.poisoned(16);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate(16, 8);
            table.set(JAVA_LONG, 0, partials);
            table.set(JAVA_INT, 8, blocks);
            rig.device.toDevice(span, table);
            rig.device.await();
        }
        return span;
    }

    /** Infinite where a count differs, else the largest relative difference of a sum. */
    static double away(Object expected, Object got) {
        return switch (expected) {
            case Moments a -> {
                Moments b = (Moments) got;
                boolean counts = a.count() == b.count() && a.nan() == b.nan() && a.infinite() == b.infinite();
                yield counts && a.absMax() == b.absMax()
                        ? Math.max(
                                relative(a.sumOfSquares(), b.sumOfSquares()), sum(a.sum(), b.sum(), a.sumOfSquares()))
                        : Double.POSITIVE_INFINITY;
            }
            case Range a -> {
                Range b = (Range) got;
                yield a.finite() == b.finite() && same(a.min(), b.min()) && same(a.max(), b.max())
                        ? 0
                        : Double.POSITIVE_INFINITY;
            }
            case Shape a -> {
                Shape b = (Shape) got;
                yield a.finite() == b.finite() && a.zeros() == b.zeros()
                        ? Math.max(
                                relative(a.sumOfSquares(), b.sumOfSquares()),
                                relative(a.sumOfFourths(), b.sumOfFourths()))
                        : Double.POSITIVE_INFINITY;
            }
            case RowNorms a -> {
                RowNorms b = (RowNorms) got;
                yield a.rows() == b.rows() && a.broken() == b.broken()
                        ? Math.max(
                                relative(a.sumOfSquares(), b.sumOfSquares()),
                                relative(a.largestSquare(), b.largestSquare()))
                        : Double.POSITIVE_INFINITY;
            }
            case ColumnSums a -> {
                ColumnSums b = (ColumnSums) got;
                double worst = 0;
                for (int i = 0; i < a.columns(); i++) {
                    worst = Math.max(worst, relative(a.sumOfSquares()[i], b.sumOfSquares()[i]));
                    worst = Math.max(worst, sum(a.sum()[i], b.sum()[i], a.sumOfSquares()[i]));
                    worst = Math.max(worst, relative(a.absMax()[i], b.absMax()[i]));
                }
                yield worst;
            }
            case Tail a -> a.equals(got) ? 0 : Double.POSITIVE_INFINITY;
            case Exponents a -> a.equals(got) ? 0 : Double.POSITIVE_INFINITY;
            default -> throw new IllegalArgumentException(expected.toString());
        };
    }

    /** More partials than a block has threads; unscaled. */
    private static double merged(KernelRig rig) {
        int count = 600;
        float[] x = rig.drawn(count, 6);
        long partials = rig.poisoned((long) count * Summary.BYTES);
        double sum = 0;
        double squares = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate((long) count * Summary.BYTES, 8);
            for (int i = 0; i < count; i++) {
                long at = (long) i * Summary.BYTES;
                sum += x[i];
                squares += (double) x[i] * x[i];
                table.set(JAVA_DOUBLE, at, x[i]);
                table.set(JAVA_DOUBLE, at + 8, (double) x[i] * x[i]);
                table.set(JAVA_FLOAT, at + 16, x[i]);
                table.set(JAVA_FLOAT, at + 20, x[i]);
                table.set(JAVA_FLOAT, at + 24, Math.abs(x[i]));
                table.set(JAVA_INT, at + 28, i % 2);
                table.set(JAVA_INT, at + 32, i % 3);
            }
            rig.device.toDevice(partials, table);
            rig.device.await();
        }
        long merged = rig.poisoned(Summary.BYTES);
        rig.ops.reductions().mergeSummaries(span(rig, partials, count), 1, LossCases.orders(rig, 8, 0), merged);
        Summary got = Summary.read(rig.bytes(merged, Summary.BYTES), 0);
        float[] sorted = x.clone();
        Arrays.sort(sorted);
        float low = sorted[0] / 8;
        float high = sorted[count - 1] / 8;
        boolean exact = got.low() == low
                && got.high() == high
                && got.largest() == Math.max(-low, high)
                && got.nan() == count / 2
                && got.infinite() == count;
        return exact
                ? Math.max(relative(squares / 64, got.squares()), sum(sum / 8, got.sum(), squares / 64))
                : Double.POSITIVE_INFINITY;
    }

    /** More of them than 16 bits count in a thread's share, and more than 32 bits count in all. */
    private static double countless(KernelRig rig) {
        int threads = 32;
        float[] x = new float[threads * 66_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 3 == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        }
        String kernel = rig.format.bytes() == Float.BYTES ? "summarise_floats" : "summarise";
        long partial = rig.poisoned(Summary.BYTES);
        rig.kernels.launch(kernel, Kernels.Grid.of(1, threads), rig.elements(x), (long) x.length, partial);
        Summary one = Summary.read(rig.bytes(partial, Summary.BYTES), 0);
        int copies = 4000;
        long partials = rig.poisoned((long) copies * Summary.BYTES);
        for (int copy = 0; copy < copies; copy++) {
            rig.device.copy(partials + (long) copy * Summary.BYTES, partial, Summary.BYTES);
        }
        long merged = rig.poisoned(Summary.BYTES);
        rig.ops.reductions().mergeSummaries(span(rig, partials, copies), 1, 0, merged);
        Summary all = Summary.read(rig.bytes(merged, Summary.BYTES), 0);
        boolean exact = one.infinite() == x.length / 3 && one.nan() == x.length - x.length / 3;
        boolean most = all.infinite() == copies * one.infinite() && all.nan() == (1L << 32) - 1;
        return exact && most ? 0 : Double.POSITIVE_INFINITY;
    }

    private static double power(KernelRig rig) {
        int rows = 37;
        int columns = 19;
        float[] w = rig.drawn(rows * columns, 5);
        double[] v = HostPowerIteration.start(columns);
        SpectralNorm expected = null;
        for (int i = 0; i < 3; i++) {
            HostPowerIteration step = new HostPowerIteration(v);
            step.rows(w, 0, rows, columns);
            expected = step.result();
        }
        Results results = new Results(rig.zeros(256), 256, 0, 0, 0);
        Place place = Place.ofFloats(rig.floats(w), rows, columns);
        Function<MemorySegment, Object> answer = new Measurements(rig.device, rig.ops)
                .enqueue(
                        new Reduction.ToSpectralNorm(3),
                        place,
                        new Measurements.Room(results, rig::poisoned, Measurements.Scale.NONE));
        SpectralNorm got = (SpectralNorm) answer.apply(rig.bytes(results.address(), results.used()));
        return Math.max(relative(expected.norm(), got.norm()), relative(expected.frobenius(), got.frobenius()));
    }

    private static boolean same(double a, double b) {
        return a == b || Double.isNaN(a) && Double.isNaN(b);
    }

    private static double relative(double expected, double got) {
        return expected == got ? 0 : Math.abs(expected - got) / Math.max(Math.abs(expected), 1e-30);
    }

    /** A sum is as exact as it is large, and one of terms of both signs as the root of the sum of their squares is. */
    private static double sum(double expected, double got, double squares) {
        double size = Math.max(Math.abs(expected), Math.sqrt(squares));
        return expected == got ? 0 : Math.abs(expected - got) / Math.max(size, 1e-30);
    }
}
