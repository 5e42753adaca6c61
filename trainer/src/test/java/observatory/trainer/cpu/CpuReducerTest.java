package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Moments;
import observatory.probe.Norms;
import observatory.probe.Reduction;
import observatory.probe.RowNorms;
import observatory.probe.Shape;
import observatory.probe.SpectralNorm;
import observatory.probe.Squares;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every reduction of this backend against the plain one of the host, on tensors that are awkward. */
class CpuReducerTest {
    private static final List<Reduction<?>> REDUCTIONS = List.of(
            new Reduction.ToMoments(),
            new Reduction.ToBroken(),
            new Reduction.ToSquares(),
            new Reduction.ToNorms(),
            new Reduction.ToShape(),
            new Reduction.ToRange(),
            new Reduction.ToTail(0.7f),
            new Reduction.ToExponents(1),
            new Reduction.ToExponents(8),
            new Reduction.ToColumns(),
            new Reduction.ToRows(),
            new Reduction.ToSpectralNorm(2));

    private record Case(String name, int rows, int columns, double scale, float[] salt) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("one element", 1, 1, 1, new float[0]),
                new Case("not a whole vector", 7, 13, 1, new float[0]),
                new Case("several blocks", 70, 1000, 1, new float[0]),
                new Case("rows longer than a piece", 3, 20_000, 1, new float[0]),
                new Case("tiny values, whose fourth powers vanish in float", 40, 100, 1e-12, new float[0]),
                new Case("huge values, whose squares are not finite in float", 40, 100, 1e25, new float[0]),
                new Case("zeros", 33, 65, 0, new float[0]),
                new Case("broken values", 50, 300, 3, new float[] {
                    Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE
                }));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheHost(Case shape) {
        SplittableRandom random = new SplittableRandom(5);
        float[] values = new float[shape.rows * shape.columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (shape.scale * random.nextGaussian());
        }
        for (float broken : shape.salt) {
            values[random.nextInt(values.length)] = broken;
        }
        HostTensor plain = new HostTensor(values, shape.rows, shape.columns);
        HostReducer host = new HostReducer();
        CpuReducer cpu = new CpuReducer();
        try (Arena arena = Arena.ofShared();
                Workers workers = new Workers(2)) {
            Tensor tensor = Tensor.zeros(arena, shape.rows, shape.columns);
            for (int i = 0; i < values.length; i++) {
                tensor.set(i, values[i]);
            }
            for (int i = 0; i < REDUCTIONS.size(); i++) {
                host.enqueue(i, REDUCTIONS.get(i), plain, plain);
                cpu.enqueue(i, REDUCTIONS.get(i), tensor, tensor);
                same(host.result(i), cpu.result(i));
            }
            Tensor measured = tensor.measured(TensorRows.ROWS, TensorRows.of(workers, tensor));
            host.enqueue(0, new Reduction.ToRows(), plain, plain);
            cpu.enqueue(0, new Reduction.ToRows(), measured, measured);
            same(host.result(0), cpu.result(0));
        }
    }

    /** Every exponent there is, far apart and of both signs, and each kind of number first. */
    @Test
    void exponentsOfWhateverBitsAgreeWithTheHost() {
        SplittableRandom random = new SplittableRandom(6);
        float[] values = new float[70 * 1000 + 17];
        for (float first : new float[] {1, 0, Float.MIN_VALUE, -0x1p120f, Float.NEGATIVE_INFINITY, Float.NaN}) {
            for (int i = 0; i < values.length; i++) {
                values[i] = i % 3 == 0 ? Float.intBitsToFloat(random.nextInt()) : i % 3 == 1 ? -0x1p-125f : 0x1.8p90f;
            }
            values[0] = first;
            HostTensor plain = HostTensor.of(values);
            try (Arena arena = Arena.ofConfined()) {
                Tensor tensor = Tensor.zeros(arena, 1, values.length);
                for (int i = 0; i < values.length; i++) {
                    tensor.set(i, values[i]);
                }
                for (int stride : new int[] {1, 3, 8}) {
                    Reduction<?> exponents = new Reduction.ToExponents(stride);
                    assertEquals(
                            new HostReducer().reduce(exponents, plain, null),
                            new CpuReducer().reduce(exponents, tensor, null),
                            "first " + first + ", stride " + stride);
                }
            }
        }
    }

    /** As updates do, which are all made in one place. */
    @Test
    void matricesOfSeveralWidthsMayPassThroughOnePlace() {
        HostReducer host = new HostReducer();
        CpuReducer cpu = new CpuReducer();
        Reduction<?> power = new Reduction.ToSpectralNorm(2);
        float[] values = new float[24];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 5 - 1.5f;
        }
        try (Arena arena = Arena.ofConfined()) {
            Tensor place = Tensor.zeros(arena, 4, 6);
            for (int i = 0; i < values.length; i++) {
                place.set(i, values[i]);
            }
            for (int columns : List.of(6, 3, 12)) {
                Object alone =
                        new HostReducer().reduce(power, new HostTensor(values, values.length / columns, columns), null);
                same(alone, host.reduce(power, new HostTensor(values, values.length / columns, columns), null));
                same(alone, cpu.reduce(power, place.shaped(0, values.length / columns, columns), null));
            }
        }
    }

    private static void same(Object host, Object cpu) {
        switch (host) {
            case Moments expected -> {
                Moments found = (Moments) cpu;
                assertEquals(expected.count(), found.count());
                assertEquals(expected.nan(), found.nan());
                assertEquals(expected.infinite(), found.infinite());
                assertEquals(expected.absMax(), found.absMax());
                close(expected.sumOfSquares(), found.sumOfSquares(), expected.sumOfSquares());
                close(expected.sum(), found.sum(), Math.sqrt(expected.sumOfSquares() * expected.count()));
            }
            case Shape expected -> {
                Shape found = (Shape) cpu;
                assertEquals(expected.finite(), found.finite());
                assertEquals(expected.zeros(), found.zeros());
                double typical = Math.sqrt(expected.sumOfSquares() / Math.max(1, expected.finite()));
                close(expected.sum(), found.sum(), typical * expected.finite());
                close(expected.sumOfSquares(), found.sumOfSquares(), expected.sumOfSquares());
                close(expected.sumOfCubes(), found.sumOfCubes(), typical * expected.sumOfSquares());
                close(expected.sumOfFourths(), found.sumOfFourths(), expected.sumOfFourths());
            }
            case RowNorms expected -> {
                RowNorms found = (RowNorms) cpu;
                assertEquals(expected.rows(), found.rows());
                assertEquals(expected.columns(), found.columns());
                assertEquals(expected.broken(), found.broken());
                close(expected.sumOfSquares(), found.sumOfSquares(), expected.sumOfSquares());
                close(expected.largestSquare(), found.largestSquare(), expected.largestSquare());
            }
            case Squares expected -> {
                Squares found = (Squares) cpu;
                assertEquals(expected.finite(), found.finite());
                close(expected.sum(), found.sum(), expected.sum());
            }
            case Norms expected -> close(expected.first(), ((Norms) cpu).first(), expected.first());
            case SpectralNorm expected -> close(expected.norm(), ((SpectralNorm) cpu).norm(), expected.norm());
            default -> assertEquals(host, cpu);
        }
    }

    /** Within what blocks summed in float may lose: 2^-24 of the magnitudes for each of some hundred additions. */
    private static void close(double expected, double found, double magnitude) {
        if (Double.isFinite(expected)) {
            assertEquals(expected, found, 2e-5 * magnitude, () -> expected + " and " + found);
        } else {
            assertEquals(expected, found);
        }
    }
}
