package observatory.probe.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Schedule;
import observatory.probe.Site;
import observatory.probe.Telemetry;
import observatory.probe.builtin.WeightNorm;
import observatory.probe.builtin.WeightSpectrum;
import org.junit.jupiter.api.Test;

/** Against matrices whose singular values are closed forms. */
class HostSpectrumTest {
    @Test
    void theDifferencesOfAChainAreItsCosines() {
        for (int n : new int[] {1, 2, 3, 40, 137}) {
            double[] expected = cosines(n);
            assertArrayEquals(expected, HostSpectrum.eigenvalues(chain(n, n), n, n), 1e-13, "n=" + n);
            // Rows of zeros below add nothing, and neither does turning the matrix over.
            assertArrayEquals(expected, HostSpectrum.eigenvalues(chain(n + 3, n), n + 3, n), 1e-13);
            assertArrayEquals(expected, HostSpectrum.eigenvalues(chain(n, n + 5), n, n + 5), 1e-13);
        }
    }

    @Test
    void aFullMatrixOfOneDirectionHasOneEigenvalueAndAReflectedDiagonalKeepsItsOwn() {
        float[] ones = new float[6 * 4];
        Arrays.fill(ones, 1);
        assertArrayEquals(new double[] {24, 0, 0, 0}, HostSpectrum.eigenvalues(ones, 6, 4), 1e-13);
        assertArrayEquals(new double[] {0, 0}, HostSpectrum.eigenvalues(new float[6], 2, 3), 0);
        // (I - 2uuᵀ) · diagonal, with u = (1, 1, …)/√n: full, and every number in it is exact.
        int n = 64;
        float[] reflected = new float[n * n];
        double[] expected = new double[n];
        for (int column = 0; column < n; column++) {
            for (int row = 0; row < n; row++) {
                reflected[row * n + column] = (column + 1) * ((row == column ? 1 : 0) - 2f / n);
            }
            expected[n - 1 - column] = (column + 1.0) * (column + 1);
        }
        assertArrayEquals(expected, HostSpectrum.eigenvalues(reflected, n, n), 1e-10);
        reflected[77] = Float.POSITIVE_INFINITY;
        assertEquals(0, HostSpectrum.eigenvalues(reflected, n, n).length);
    }

    @Test
    void aTrainerThatUsesNothingButThisModuleIsToldTheSpectraOfItsWeights() throws InterruptedException {
        int n = 24;
        List<Telemetry> sent = new ArrayList<>();
        Instruments<HostTensor> instruments = new Instruments<>(
                new Origin(new RunId("plain"), 0, new UUID(0, 1), 0),
                new HostReducer(),
                sent::add,
                InstantSource.fixed(Instant.EPOCH),
                () -> 0);
        Schedule always = Schedule.everyStep();
        instruments.install(List.of(new WeightNorm(always), new WeightSpectrum(always)));
        Site site = new Site(Hook.WEIGHT, 0, "mlp.up");
        HostTensor weight = new HostTensor(chain(n, n), n, n);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        long step = 0;
        do {
            instruments.beginStep(++step);
            instruments.at(site, weight);
            instruments.endStep();
            Thread.onSpinWait();
        } while (column(sent.getLast(), "eigenvalue") == null && System.nanoTime() < deadline);
        Column measured = column(sent.getLast(), "measured_step");
        assertTrue(measured.values()[0] <= step);
        assertArrayEquals(
                cosines(n), Arrays.copyOf(column(sent.getLast(), "eigenvalue").values(), n), 1e-12);
        for (long last = step + 400; step < last; ) {
            instruments.beginStep(++step);
            instruments.at(site, weight);
            instruments.endStep();
        }
        assertEquals(
                Math.sqrt(cosines(n)[0]),
                column(sent.getLast(), "spectral_norm").values()[0],
                1e-6);
    }

    private static Column column(Telemetry item, String metric) {
        return ((Frame) item).sites().column(metric).orElse(null);
    }

    /** Ones on the diagonal and under it. */
    private static float[] chain(int rows, int columns) {
        float[] matrix = new float[rows * columns];
        int n = Math.min(rows, columns);
        for (int i = 0; i < n; i++) {
            matrix[i * columns + i] = 1;
            if (i + 1 < n) {
                matrix[(i + 1) * columns + i] = 1;
            }
        }
        return matrix;
    }

    /** What WᵀW of such a chain has: 4 cos²(kπ/(2n + 1)), k = 1 to n. */
    private static double[] cosines(int n) {
        return IntStream.rangeClosed(1, n)
                .mapToDouble(k -> 4 * Math.pow(Math.cos(k * Math.PI / (2 * n + 1)), 2))
                .toArray();
    }
}
