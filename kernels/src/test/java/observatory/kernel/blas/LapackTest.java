package observatory.kernel.blas;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LapackTest {
    private static final long SEED = 7;

    /** The second difference on n points: 2 on the diagonal, −1 beside it, eigenvalues 2 − 2·cos(kπ/(n+1)). */
    private static double[] secondDifference(int n) {
        return IntStream.rangeClosed(1, n)
                .mapToDouble(k -> 2 - 2 * Math.cos(k * Math.PI / (n + 1)))
                .toArray();
    }

    @Test
    void findsTheEigenvaluesOfASecondDifference() {
        int n = 50;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment matrix = arena.allocate(JAVA_DOUBLE, n * n);
            for (int i = 0; i < n; i++) {
                matrix.setAtIndex(JAVA_DOUBLE, i * n + i, 2);
                if (i > 0) {
                    matrix.setAtIndex(JAVA_DOUBLE, i * n + i - 1, -1); // the lower half is all that is read
                }
            }
            assertArrayEquals(secondDifference(n), Lapack.eigenvalues(matrix, n), 1e-13);
        }
        double[] diagonal = new double[n];
        double[] beside = new double[n - 1];
        Arrays.fill(diagonal, 2);
        Arrays.fill(beside, -1);
        Lapack.Tridiagonal found = Lapack.tridiagonal(diagonal, beside);
        assertArrayEquals(secondDifference(n), found.values(), 1e-13);
        for (int k = 0; k < n; k++) {
            double first = Math.sqrt(2.0 / (n + 1)) * Math.sin((k + 1) * Math.PI / (n + 1));
            assertEquals(first, Math.abs(found.first()[k]), 1e-12);
            assertEquals(first, Math.abs(found.last()[k]), 1e-12);
        }
    }

    @Test
    void addsUpGramMatricesLikeThePlainTripleLoop() {
        Random random = new Random(SEED);
        int rows = 9;
        int n = 5;
        double[] panel = random.doubles(rows * n).toArray();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment gram = arena.allocate(JAVA_DOUBLE, n * n);
            Lapack.addGram(arena.allocateFrom(JAVA_DOUBLE, panel), rows, gram, n);
            Lapack.addGram(arena.allocateFrom(JAVA_DOUBLE, panel), rows, gram, n);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    double sum = 0;
                    for (int r = 0; r < rows; r++) {
                        sum += 2 * panel[r * n + i] * panel[r * n + j];
                    }
                    assertEquals(sum, gram.getAtIndex(JAVA_DOUBLE, i * n + j), 1e-12, "seed " + SEED);
                }
            }
        }
    }

    @Test
    void findsSmallSingularValuesToFullPrecision() {
        double[] sizes = {3, 1e-3, 1e-9, 1e-14};
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment matrix = arena.allocate(JAVA_DOUBLE, 4 * 6);
            for (int i = 0; i < 4; i++) {
                matrix.setAtIndex(JAVA_DOUBLE, i * 4 + i, -sizes[i]);
            }
            double[] found = Lapack.singularValues(matrix, 4, 6);
            for (int i = 0; i < 4; i++) {
                assertEquals(sizes[i], found[i], 1e-15 * sizes[i]);
            }
        }
    }
}
