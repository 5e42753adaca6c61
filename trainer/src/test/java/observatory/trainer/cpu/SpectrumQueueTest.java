package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Reduction;
import observatory.probe.SpectralNorm;
import observatory.probe.Spectrum;
import observatory.probe.host.SpectrumQueue;
import observatory.trainer.LapackSpectrum;
import org.junit.jupiter.api.Test;

class SpectrumQueueTest {
    @Test
    void eigenvaluesOfADiagonalAreItsSquaresEitherWayRound() {
        float[] tall = new float[700 * 3];
        float[] wide = new float[3 * 700];
        float[] diagonal = {2, -5, 0.5f};
        for (int i = 0; i < 3; i++) {
            tall[(300 + i) * 3 + i] = diagonal[i];
            wide[i * 700 + 300 + i] = diagonal[i];
        }
        double[] expected = {25, 4, 0.25};
        assertArrayEquals(expected, LapackSpectrum.eigenvalues(tall, 700, 3), 1e-12);
        assertArrayEquals(expected, LapackSpectrum.eigenvalues(wide, 3, 700), 1e-12);
        wide[5] = Float.NaN;
        assertEquals(0, LapackSpectrum.eigenvalues(wide, 3, 700).length);
    }

    @Test
    void theLargestAndTheSumAreThoseOfPowerIterationAndFrobenius() throws Exception {
        SplittableRandom random = new SplittableRandom(2);
        float[] values = new float[40 * 70];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() + (i % 71 == 0 ? 3 : 0);
        }
        HostReducer host = new HostReducer();
        host.enqueue(0, new Reduction.ToSpectralNorm(400), new HostTensor(values, 40, 70), null);
        SpectralNorm norm = (SpectralNorm) host.result(0);
        try (Arena arena = Arena.ofConfined()) {
            Tensor weight = tensor(arena, 40, 70, values);
            Spectrum spectrum = LapackSpectrum.queue().offer(weight(weight)).get(30, TimeUnit.SECONDS);
            assertEquals(40, spectrum.eigenvalues().length);
            assertEquals(norm.norm() * norm.norm(), spectrum.eigenvalues()[0], 1e-6 * spectrum.eigenvalues()[0]);
            host.enqueue(0, new Reduction.ToSpectrum(), new HostTensor(values, 40, 70), null);
            Spectrum plain = (Spectrum) ((Future<?>) host.result(0)).get(30, TimeUnit.SECONDS);
            assertArrayEquals(spectrum.eigenvalues(), plain.eigenvalues(), 1e-12 * spectrum.eigenvalues()[0]);
            double sum = Arrays.stream(spectrum.eigenvalues()).sum();
            assertEquals(norm.frobenius() * norm.frobenius(), sum, 1e-9 * sum);
        }
    }

    @Test
    void whatThereIsNoRoomForHasItsTurnLater() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            List<Tensor> weights = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                weights.add(Tensor.zeros(arena, 1_200_000, 8)); // 38 MB each: one waits, a second finds no room
            }
            SpectrumQueue queue = LapackSpectrum.queue();
            int[] served = new int[3];
            for (int round = 0; round < 3; round++) {
                List<Future<Spectrum>> results = weights.stream()
                        .map(tensor -> queue.offer(weight(tensor)))
                        .toList();
                for (int i = 0; i < 3; i++) {
                    if (!results.get(i).isCancelled()) {
                        results.get(i).get(60, TimeUnit.SECONDS);
                        served[i]++;
                    }
                }
                assertTrue(results.stream().anyMatch(result -> !result.isCancelled()));
            }
            for (int i = 0; i < 3; i++) {
                assertFalse(served[i] == 0, "weight " + i + " never had its turn");
            }
        }
    }

    private static Tensor tensor(Arena arena, int rows, int columns, float[] values) {
        Tensor tensor = Tensor.zeros(arena, rows, columns);
        for (int i = 0; i < values.length; i++) {
            tensor.set(i, values[i]);
        }
        return tensor;
    }

    private static SpectrumQueue.Weight weight(Tensor tensor) {
        return SpectrumQueue.Weight.onHost(tensor.data().address(), tensor.rows(), tensor.columns(), tensor::toArray);
    }
}
