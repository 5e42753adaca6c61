package observatory.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import observatory.probe.host.HostReduction;
import observatory.probe.host.HostReductions;
import org.junit.jupiter.api.Test;

class HostReducerTest {
    private final HostReducer reducer = new HostReducer();

    @Test
    void momentsOfOneToNAreTheClosedForms() {
        int n = 1000;
        float[] ramp = new float[n];
        for (int i = 0; i < n; i++) {
            ramp[i] = i + 1;
        }
        Moments moments = moments(ramp);
        assertEquals(n * (n + 1) / 2.0, moments.sum());
        assertEquals(n * (n + 1.0) * (2 * n + 1) / 6, moments.sumOfSquares());
        assertEquals(n, moments.absMax());
        assertEquals(Math.sqrt((n + 1.0) * (2 * n + 1) / 6), moments.rms(), 1e-9);
    }

    @Test
    void whatIsNotFiniteIsCountedAndKeptOutOfTheSums() {
        Moments moments = moments(3, Float.NaN, Float.NEGATIVE_INFINITY, -4, Float.POSITIVE_INFINITY);
        assertEquals(new Moments(5, -1, 25, 4, 1, 2), moments);
        assertEquals(2, moments.finite());
        assertTrue(Double.isNaN(moments.norm()), "a tensor with a NaN has no norm");
        assertEquals(
                Double.POSITIVE_INFINITY, moments(1, Float.POSITIVE_INFINITY).norm());
        assertTrue(Double.isNaN(moments(Float.NaN).rms()), "no finite element, no rms");
    }

    @Test
    void whatIsBrokenIsCounted() {
        reducer.enqueue(0, new Reduction.ToBroken(), HostTensor.of(3, Float.NaN, -4, Float.NEGATIVE_INFINITY), null);
        assertEquals(new Broken(1, 1), reducer.result(0));
    }

    @Test
    void squaresAreOfWhatIsFinite() {
        reducer.enqueue(0, new Reduction.ToSquares(), HostTensor.of(3, Float.NaN, -4), null);
        assertEquals(new Squares(2, 25), reducer.result(0));
        assertEquals(Math.sqrt(12.5), ((Squares) reducer.result(0)).rms(), 1e-15);
        assertTrue(Double.isNaN(new Squares(0, 0).rms()), "no finite element, no rms");
    }

    @Test
    void normsOfTwoTensorsGiveTheirRatio() {
        reducer.enqueue(0, new Reduction.ToNorms(), HostTensor.of(3, 4), HostTensor.of(0, 50));
        assertEquals(new Norms(5, 50), reducer.result(0));
        assertEquals(0.1, ((Norms) reducer.result(0)).ratio(), 1e-15);
    }

    @Test
    void kurtosisOfKnownDistributions() {
        // Two equally likely values: 1. Uniform on 1..n: 3/5 · (3n² - 7)/(n² - 1).
        assertEquals(1, shape(-1, 1, -1, 1).kurtosis(), 1e-12);
        int n = 101;
        float[] ramp = new float[n];
        for (int i = 0; i < n; i++) {
            ramp[i] = i + 1;
        }
        assertEquals(0.6 * (3.0 * n * n - 7) / (n * n - 1.0), shape(ramp).kurtosis(), 1e-9);
        assertEquals(
                0.6 * (3.0 * n * n - 7) / (n * n - 1.0),
                shape(shifted(ramp, 500)).kurtosis(),
                1e-6);
        assertTrue(Double.isNaN(shape(2, 2, 2).kurtosis()), "nothing varies");
        assertEquals(0.5, shape(0, 1, 0, Float.NaN, 2).zeroFraction());
        assertEquals(0.75, shape(0, 1, 0, Float.POSITIVE_INFINITY, 2).mean());
    }

    @Test
    void exponentsPutEachMagnitudeIntoItsBinade() {
        Exponents exponents = exponents(1, 0, 0.5f, -0.75f, 65504, Float.MIN_VALUE, Float.NaN, -0f, 0x1p-25f, 3);
        assertEquals(2, exponents.zeros());
        assertEquals(1, exponents.notFinite());
        assertEquals(7, exponents.nonZero());
        assertEquals(9, exponents.finite());
        assertEquals(2, exponents.below(-24), "2^-25 and the least float");
        assertEquals(1, exponents.below(-25));
        assertEquals(1, exponents.from(15), "65504 is above 2^15");
        assertEquals(0, exponents.from(16));
        assertEquals(15, exponents.highest());
        assertEquals(-127, exponents.lowest());
    }

    @Test
    void aSampledHistogramLooksAtEveryNthRunWhateverThePieces() {
        float[] values = new float[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / Reduction.ToExponents.RUN % 4 == 0 ? 2 : 1;
        }
        Exponents sampled = (Exponents) reduce(new Reduction.ToExponents(4), new HostTensor(values, 10, 100));
        assertEquals(4 * Reduction.ToExponents.RUN, sampled.nonZero());
        assertEquals(sampled.nonZero(), sampled.from(1), "only runs of twos were looked at");
        var pieces = (HostReduction<?>) HostReductions.begin(new Reduction.ToExponents(4));
        for (int row = 0; row < 10; row++) {
            pieces.rows(values, row * 100, 1, 100);
        }
        assertEquals(sampled, pieces.result());
    }

    @Test
    void columnsAndRowsOfAMatrix() {
        HostTensor matrix = new HostTensor(new float[] {3, 4, 0, -6, 8, Float.NaN, 0, 0, 1}, 3, 3);
        ColumnSums columns = (ColumnSums) reduce(new Reduction.ToColumns(), matrix);
        assertEquals(
                new ColumnSums(3, new double[] {-3, 12, 1}, new double[] {45, 80, 1}, new double[] {6, 8, 1}), columns);
        assertEquals(new RowNorms(2, 3, 26, 25, 1), reduce(new Reduction.ToRows(), matrix));
        assertEquals(new Range(8, -6, 8, 10), reduce(new Reduction.ToRange(), matrix));
        assertEquals(new Tail(8, 3), reduce(new Reduction.ToTail(3.5f), matrix));
    }

    @Test
    void powerIterationComesToTheLargestSingularValueAndGoesOnWhereItEnded() {
        // rank two: 5·a bᵀ + 2·c dᵀ with orthonormal a, c and b, d, so the singular values are 5 and 2.
        float h = (float) Math.sqrt(0.5);
        HostTensor matrix = new HostTensor(
                new float[] {5 * h * h + 2 * h * h, 5 * h * h - 2 * h * h, 5 * h * h - 2 * h * h, 5 * h * h + 2 * h * h
                },
                2,
                2);
        double before = 0;
        for (int step = 0; step < 12; step++) {
            SpectralNorm norm = (SpectralNorm) reduce(new Reduction.ToSpectralNorm(1), matrix);
            assertTrue(norm.norm() >= before - 1e-9 && norm.norm() <= 5 + 1e-5, "it only rises, to the true value");
            before = norm.norm();
            assertEquals(Math.sqrt(29), norm.frobenius(), 1e-5);
        }
        assertEquals(5, before, 1e-5);
        SpectralNorm zero = (SpectralNorm) reduce(new Reduction.ToSpectralNorm(3), new HostTensor(new float[6], 2, 3));
        assertEquals(0, zero.norm());
    }

    private static float[] shifted(float[] values, float by) {
        float[] moved = values.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += by;
        }
        return moved;
    }

    private Shape shape(float... values) {
        return (Shape) reduce(new Reduction.ToShape(), HostTensor.of(values));
    }

    private Exponents exponents(float... values) {
        return (Exponents) reduce(new Reduction.ToExponents(1), HostTensor.of(values));
    }

    private Moments moments(float... values) {
        return (Moments) reduce(new Reduction.ToMoments(), HostTensor.of(values));
    }

    private Object reduce(Reduction<?> reduction, HostTensor tensor) {
        reducer.enqueue(0, reduction, tensor, null);
        return reducer.result(0);
    }
}
