package observatory.analysis.spectrum;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import observatory.analysis.log.RealLogs;
import observatory.analysis.spectrum.file.Element;
import observatory.analysis.spectrum.file.Tensor;
import observatory.analysis.spectrum.file.WeightFile;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;

class SpectraTest {
    @Test
    void agreesWithAnotherLibraryForTallWideAndTransposedWeights() {
        double[] values = new Matrices.SplitMix(3).gauss(40 * 70, 1);
        double[][] rows = new double[40][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(values, 70 * i, 70 * (i + 1)));
        double[] expected = Arrays.stream(
                        new SingularValueDecomposition(new Array2DRowRealMatrix(rows)).getSingularValues())
                .map(sigma -> sigma * sigma)
                .sorted()
                .toArray();
        assertClose(expected, exact(Matrices.layer(values, 40, 70)).values());
        double[] transposed = new double[values.length];
        Arrays.setAll(transposed, i -> values[(i % 40) * 70 + i / 40]);
        assertClose(expected, exact(Matrices.layer(transposed, 70, 40)).values());
        Tensor fortran = new Tensor(
                "w",
                List.of(40L, 70L),
                Element.F64,
                new Tensor.Layout(ByteOrder.LITTLE_ENDIAN, true, false),
                MemorySegment.ofArray(transposed));
        assertClose(
                expected,
                exact(((Layer.Choice.Taken) Layer.of(fortran)).layer()).values());
    }

    @Test
    void zerosAreCountedExactly() {
        double[] diagonal = new double[60 * 60];
        for (int i = 0; i < 50; i++) {
            diagonal[61 * i] = Math.pow(10, -i / 5.0); // down to 1e-10, whose square a Gram matrix loses
        }
        Spectrum spectrum = exact(Matrices.layer(diagonal, 60, 60));
        assertEquals(10, spectrum.rankLoss());
        assertEquals(50, spectrum.matrixRank(60));
        assertEquals(0, spectrum.smallest());
        assertEquals(Math.pow(10, -49 / 5.0 * 2), spectrum.values()[10], 1e-30);
    }

    @Test
    void aMatrixOfRankOneAndOneOfZerosHaveNoLaw() {
        double[] rankOne = new double[30 * 20];
        Arrays.fill(rankOne, 0.5);
        LayerSpectrum one = Matrices.spectrum(rankOne, 30, 20);
        assertEquals(30 * 20 * 0.25, one.spectrum().largest(), 1e-10);
        assertEquals(1, one.spectrum().stableRank(), 1e-12);
        assertTrue(one.believed().isEmpty());
        LayerSpectrum zero = Matrices.spectrum(new double[30 * 20], 30, 20);
        assertTrue(
                zero.fit().isEmpty() && zero.bulk().isEmpty() && zero.warning().isEmpty());
    }

    @Test
    void whatIsNotFiniteIsCountedAndNamed() {
        double[] values = new Matrices.SplitMix(1).gauss(30 * 20, 1);
        values[7] = Double.NaN;
        values[99] = Double.NEGATIVE_INFINITY;
        Spectra.NotFinite error = assertThrows(Spectra.NotFinite.class, () -> Matrices.spectrum(values, 30, 20));
        assertEquals("w: 2 of 600 weights are not finite, so it has no spectrum", error.getMessage());
    }

    @Test
    void whatHasTooFewEigenvaluesOrNoTwoDimensionsIsSkipped() {
        for (long[] shape : new long[][] {{100}, {9, 50}, {4, 5, 5}, {0, 5}, {2, 2, 1, 1}}) {
            int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            Layer.Choice choice = Layer.of(Matrices.tensor(new double[size], shape));
            assertTrue(choice instanceof Layer.Choice.Skipped, Arrays.toString(shape));
        }
    }

    /** The table published with WeightWatcher 0.6.5 for a small network, to the digits that stand there. */
    @Test
    void agreesWithThePublishedTableOfANetwork() {
        try (WeightFile file = WeightFile.open(RealLogs.find("spectra/weightwatcher/tempNetwork.onnx"))) {
            assertRow(file, "convolution_3_W", 0.101420, 9.007452, 0.019804, 33.600650, 0.968650, 0.012541);
            assertRow(file, "convolution_4_W", 0.148458, 9.463857, 0.016133, 46.405928, 0.979321, 0.011243);
        }
    }

    private static void assertRow(WeightFile file, String name, double... expected) {
        Tensor tensor = file.tensors().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        Layer layer = ((Layer.Choice.Taken) Layer.of(tensor)).layer();
        Spectrum spectrum = exact(layer);
        PowerLaw law =
                PowerLaw.fit(spectrum.values(), 1e-5, PowerLaw.Upper.LARGEST).orElseThrow();
        double[] found = {
            law.distance(),
            law.alpha(),
            spectrum.largest(),
            spectrum.stableRank(),
            spectrum.entropy(layer.n()),
            law.xmin()
        };
        // The published ones come from single precision, which shows in the last digit of D and alpha.
        double[] digits = {1.5e-6, 6e-6, 6e-7, 6e-6, 6e-7, 6e-7};
        for (int i = 0; i < found.length; i++) {
            assertEquals(expected[i], found[i], digits[i], name + " column " + i);
        }
    }

    @Test
    void noiseOfAnySizeIsNotTakenForAPowerLaw() {
        for (int[] size : new int[][] {{32, 32}, {64, 64}, {128, 128}, {512, 128}, {256, 256}, {512, 512}}) {
            double[] values = new Matrices.SplitMix(size[0]).gauss(size[0] * size[1], 0.02);
            LayerSpectrum found = Matrices.spectrum(values, size[0], size[1]);
            assertEquals(Gate.Shape.NOISE, found.gate().shape(), Arrays.toString(size));
            assertEquals(0.95, found.gate().edgeRatio(), 0.15);
        }
    }

    @Test
    void aPlantedPowerLawIsBelievedAndFound() {
        int m = 400;
        double[] values = dense(i -> Math.pow(1 - (i + 0.5) / m, -0.5 / 1.8), m); // alpha 2.8
        LayerSpectrum found = Matrices.spectrum(values, m, m);
        assertEquals(2.8, found.believed().orElseThrow().alpha(), 0.02);
        assertTrue(found.warning().isEmpty());
    }

    /** An (m, m) matrix with these singular values, between the vectors of the cosine and of the sine transform. */
    private static double[] dense(IntToDoubleFunction singular, int m) {
        double[] values = new double[m * m];
        for (int k = 0; k < m; k++) {
            double scale = singular.applyAsDouble(k) * 2 / Math.sqrt(m * (m + 1.0)) * (k == 0 ? Math.sqrt(0.5) : 1);
            for (int i = 0; i < m; i++) {
                double left = scale * Math.cos(Math.PI * (i + 0.5) * k / m);
                for (int j = 0; j < m; j++) {
                    values[i * m + j] += left * Math.sin(Math.PI * (j + 1) * (k + 1) / (m + 1));
                }
            }
        }
        return values;
    }

    /** Rows that shrink as tokens of a Zipf distribution are read: their spectrum fits a power law of exponent 2. */
    private static double[] zipf(int n, int m) {
        double[] values = new Matrices.SplitMix(11).gauss(n * m, 1);
        for (int i = 0; i < values.length; i++) {
            values[i] /= Math.sqrt(1 + i / m);
        }
        return values;
    }

    @Test
    void randomRowsOfUnevenSizeAreNoTrainedLayerThoughTheirTailFitsAPowerLaw() {
        LayerSpectrum found = Matrices.spectrum(zipf(512, 512), 512, 512);
        assertTrue(found.fit().orElseThrow().distance() < 0.1, "a close fit");
        assertTrue(found.gate().edgeRatio() > 10, "and far beyond the edge of even noise");
        assertEquals(Gate.Shape.UNEVEN_NOISE, found.gate().shape());
        assertEquals(1, found.gate().signRatio(), 0.05);
        assertTrue(found.believed().isEmpty());
    }

    @Test
    void aDirectionInUnevenRowsIsSeen() {
        double[] values = zipf(256, 64);
        for (int i = 0; i < values.length; i++) {
            values[i] += 1 / Math.sqrt(1 + i / 64);
        }
        assertTrue(Matrices.spectrum(values, 256, 64).gate().shape().structured());
    }

    @Test
    void anOrthogonalInitialisationIsFlatterThanNoise() {
        double[] values = dense(i -> 0.5, 96);
        assertEquals(Gate.Shape.FLAT, Matrices.spectrum(values, 96, 96).gate().shape());
    }

    @Test
    void noiseHasTheMomentsAndTheEdgeOfMarchenkoAndPastur() {
        double q = 3;
        double step = 1e-5;
        double[] moments = new double[3];
        for (double x = step / 2; x < 3; x += step) {
            for (int k = 0; k < 3; k++) {
                moments[k] += Math.pow(x, k) * MarchenkoPastur.density(x, q, 1) * step;
            }
        }
        assertArrayEquals(new double[] {1, 1, 1 + 1 / q}, moments, 1e-6);
        assertEquals(Math.pow(1 + 1 / Math.sqrt(3), 2), MarchenkoPastur.edge(q, 1, 1), 1e-12);
        assertEquals(0, MarchenkoPastur.density(0, 1, 1));
    }

    /** Noise quantiles of a square matrix: products overflow and give 3351 in the reference, logarithms give 3356. */
    @Test
    void theErgTailIsExactWhereProductsOverflow() {
        int m = 4096;
        double[] values = IntStream.range(0, m)
                .mapToDouble(i -> Math.pow(Math.cos(Math.PI * (i + 0.5) / (2 * m)), 2) * 4)
                .sorted()
                .toArray();
        assertEquals(3356, Erg.of(values).count());
    }

    @Test
    void lanczosAgreesWithTheReference() {
        double[] start = new double[10];
        Arrays.fill(start, 1 / Math.sqrt(10));
        Lanczos.Operator diagonal = vectors -> Arrays.stream(vectors)
                .map(v ->
                        IntStream.range(0, 10).mapToDouble(i -> (i + 1) * v[i]).toArray())
                .toArray(double[][]::new);
        Lanczos.Recurrence run =
                Lanczos.run(diagonal, new double[][] {start}, 5).getFirst();
        assertArrayEquals(new double[] {5.5, 5.5, 5.5, 5.5, 5.5}, run.diagonal(), 1e-12);
        assertArrayEquals(
                new double[] {2.8722813232690148, 2.529822128134704, 2.4186773244895643, 2.3094010767585034},
                run.beside(),
                1e-12);
        Lanczos.Ritz ritz = run.ritz();
        assertArrayEquals(new double[] {1.10952607, 2.93932197, 5.5, 8.06067803, 9.89047393}, ritz.values(), 1e-8);
        assertArrayEquals(new double[] {.13615933, .22881513, .2700511, .22881513, .13615933}, ritz.weights(), 1e-8);
        assertEquals(5.5, moment(ritz, 1), 1e-12);
        assertEquals(38.5, moment(ritz, 2), 1e-12);
        Lanczos.Ritz whole =
                Lanczos.run(diagonal, new double[][] {start}, 50).getFirst().ritz();
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, whole.values(), 1e-10);
    }

    private static double moment(Lanczos.Ritz ritz, int power) {
        return IntStream.range(0, ritz.values().length)
                .mapToDouble(i -> ritz.weights()[i] * Math.pow(ritz.values()[i], power))
                .sum();
    }

    /** What is read off a density by quadrature against the whole spectrum, for noise and for a heavy tail. */
    @Test
    void quadratureComesCloseToTheWholeSpectrum() {
        int n = 600;
        int m = 400;
        Random random = new Random(5);
        double[] noise = new Matrices.SplitMix(5).gauss(n * m, 0.05);
        double[] heavy = new double[n * m];
        Arrays.setAll(heavy, i -> random.nextGaussian() / Math.sqrt(random.nextDouble()) / n);
        for (double[] values : List.of(noise, heavy)) {
            Layer layer = Matrices.layer(values, n, m);
            LayerSpectrum exact = LayerSpectrum.of(layer, Spectra.of(layer, m));
            LayerSpectrum near = LayerSpectrum.of(layer, Spectra.of(layer, m - 1));
            assertEquals(Spectrum.Method.LANCZOS, near.spectrum().method());
            assertEquals(m, near.spectrum().values().length);
            assertEquals(
                    exact.spectrum().largest(),
                    near.spectrum().largest(),
                    1e-4 * exact.spectrum().largest());
            assertEquals(
                    exact.spectrum().norm(),
                    near.spectrum().norm(),
                    0.02 * exact.spectrum().norm());
            assertEquals(exact.spectrum().entropy(n), near.spectrum().entropy(n), 0.01);
            assertEquals(exact.gate().shape(), near.gate().shape());
            exact.believed()
                    .ifPresent(law -> assertEquals(
                            law.alpha(), near.believed().orElseThrow().alpha(), 3 * law.sigma()));
        }
    }

    private static Spectrum exact(Layer layer) {
        return Spectra.of(layer, Integer.MAX_VALUE);
    }

    private static void assertClose(double[] expected, double[] found) {
        assertArrayEquals(expected, found, 1e-10 * expected[expected.length - 1]);
    }
}
