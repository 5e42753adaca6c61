package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.function.LongSupplier;
import observatory.kernel.blas.Blas;
import observatory.kernel.blas.Blas.Operand;
import observatory.kernel.blas.Blas.Shape;

/** What this machine reaches in large matrix products: the ceiling that model FLOPs utilisation is measured against. */
public final class PeakRate {
    private static final int SIZE = 768;
    private static final int ROUNDS = 6;

    private PeakRate() {}

    /** Operations a second of all the workers together, the best of a few rounds; takes about a tenth of a second. */
    public static double measure(Workers workers, int threads, LongSupplier nanos) {
        try (Arena arena = Arena.ofShared()) {
            Tensor a = Tensor.zeros(arena, SIZE, SIZE);
            Tensor b = Tensor.zeros(arena, SIZE, SIZE);
            Tensor c = Tensor.zeros(arena, threads * SIZE, SIZE);
            for (long i = 0; i < a.size(); i++) {
                a.set(i, i % 7 - 3);
                b.set(i, i % 5 - 2);
            }
            double best = 0;
            for (int round = 0; round < ROUNDS; round++) {
                long began = nanos.getAsLong();
                workers.run(
                        threads,
                        task -> Blas.multiply(
                                new Shape(SIZE, SIZE, SIZE),
                                1,
                                Operand.of(a.data(), SIZE),
                                Operand.of(b.data(), SIZE),
                                0,
                                Operand.of(c.from((long) task * SIZE * SIZE), SIZE)));
                double seconds = Math.max(1, nanos.getAsLong() - began) / 1e9;
                best = Math.max(best, 2.0 * SIZE * SIZE * SIZE * threads / seconds);
            }
            return best;
        }
    }
}
