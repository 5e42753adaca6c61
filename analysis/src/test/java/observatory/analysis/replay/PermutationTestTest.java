package observatory.analysis.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The exact test against counting by hand, and against its own promise: as often wrong as it says, and no oftener. */
class PermutationTestTest {
    @Test
    void groupsThatDoNotOverlapAreOneSplitOfAll() {
        assertEquals(1.0 / 20, PermutationTest.greater(new double[] {7, 8, 9}, new double[] {1, 2, 3}), 1e-15);
        assertEquals(1.0 / 924, PermutationTest.greater(new double[] {7, 8, 9, 7, 8, 9}, new double[6]), 1e-15);
    }

    @Test
    void whatIsTheSameTellsNothing() {
        assertEquals(1, PermutationTest.greater(new double[] {4, 4, 4}, new double[] {4, 4, 4}));
        assertEquals(1, PermutationTest.greater(new double[] {1, 2, 3}, new double[] {7, 8, 9}), 1e-15);
    }

    @Test
    void aSmallCaseCountedByHand() {
        // Splits of {1, 4 | 2, 3} whose first sum is at least 5: {1,4}, {2,3}, {2,4}, {3,4} of six.
        assertEquals(4.0 / 6, PermutationTest.greater(new double[] {1, 4}, new double[] {2, 3}), 1e-15);
    }

    @Test
    void underNoDifferenceItIsBelowALevelNoOftenerThanThat() {
        Random random = new Random(7);
        int below = 0;
        int times = 2000;
        for (int i = 0; i < times; i++) {
            double[] a = random.doubles(5).toArray();
            double[] b = random.doubles(5).toArray();
            below += PermutationTest.greater(a, b) <= 0.05 ? 1 : 0;
        }
        // 12 of 252 splits are at most 0.05; three standard deviations of 2,000 draws around that.
        assertEquals(12.0 / 252, below / (double) times, 3 * Math.sqrt(0.05 * 0.95 / times));
    }

    @Test
    void refusesWhatItCannotCount() {
        assertThrows(IllegalArgumentException.class, () -> PermutationTest.greater(new double[11], new double[10]));
        assertThrows(IllegalArgumentException.class, () -> PermutationTest.greater(new double[0], new double[3]));
    }
}
