package observatory.kernel.blas;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;
import observatory.kernel.blas.Blas.Operand;
import observatory.kernel.blas.Blas.Shape;
import org.junit.jupiter.api.Test;

class BlasTest {
    private static final long SEED = 7;

    @Test
    void agreesWithThePlainTripleLoopInDouble() {
        Random random = new Random(SEED);
        try (Arena arena = Arena.ofConfined()) {
            for (int round = 0; round < 20; round++) {
                int m = 1 + random.nextInt(40);
                int n = 1 + random.nextInt(40);
                int k = 1 + random.nextInt(40);
                MemorySegment a = gauss(arena, random, m * k);
                MemorySegment b = gauss(arena, random, n * k);
                MemorySegment c = gauss(arena, random, m * n);
                float[] before = c.toArray(JAVA_FLOAT);
                Blas.multiply(
                        new Shape(m, n, k), 2f, Operand.of(a, k), Operand.transposed(b, k), 0.5f, Operand.of(c, n));
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        double sum = 0;
                        for (int l = 0; l < k; l++) {
                            sum += (double) at(a, i * k + l) * at(b, j * k + l);
                        }
                        assertEquals(2 * sum + 0.5 * before[i * n + j], at(c, i * n + j), 1e-4, "seed " + SEED);
                    }
                }
            }
        }
    }

    @Test
    void givesTheSameBitsFromManyThreadsAtOnce() {
        try (Arena arena = Arena.ofShared()) {
            Random random = new Random(SEED);
            int n = 96;
            MemorySegment a = gauss(arena, random, n * n);
            MemorySegment b = gauss(arena, random, n * n);
            float[] alone = product(arena, a, b, n);
            IntStream.range(0, 32).parallel().forEach(i -> assertArrayEquals(alone, product(arena, a, b, n)));
        }
    }

    @Test
    void saysWhoseKernelsItTook() {
        assertTrue(Blas.core().matches("[A-Za-z0-9]+"), Blas.core());
    }

    private static float[] product(Arena arena, MemorySegment a, MemorySegment b, int n) {
        MemorySegment c = arena.allocate(JAVA_FLOAT, (long) n * n);
        Blas.multiply(new Shape(n, n, n), 1f, Operand.of(a, n), Operand.of(b, n), 0f, Operand.of(c, n));
        return c.toArray(JAVA_FLOAT);
    }

    private static MemorySegment gauss(Arena arena, Random random, int size) {
        MemorySegment data = arena.allocate(JAVA_FLOAT, size);
        for (int i = 0; i < size; i++) {
            data.setAtIndex(JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return data;
    }

    private static float at(MemorySegment data, int index) {
        return data.getAtIndex(JAVA_FLOAT, index);
    }
}
