package observatory.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class OverheadTest {
    @Test
    void theMedianBlockOfTenIsTypicalAndWarmUpCountsInTheWhole() {
        Overhead overhead = new Overhead();
        for (int step = 1; step <= 34; step++) {
            // Ten cold steps, then one costly step in ten; the last four steps are no block.
            double observer = step <= 10 ? 1 : step % 10 == 0 ? 0.1 : 0.01;
            overhead.step(1 + observer, observer);
        }
        assertEquals((9 * 0.01 + 0.1) / 10, overhead.ratio().typical(), 1e-12);
        assertEquals(
                (10 + 18 * 0.01 + 2 * 0.1 + 4 * 0.01) / 34, overhead.ratio().ofAll(), 1e-12);
    }

    @Test
    void aRunOfLessThanABlockTellsOfAllItsSteps() {
        Overhead overhead = new Overhead();
        assertEquals(0, overhead.ratio().typical());
        overhead.step(1.5, 0.5);
        assertEquals(0.5, overhead.ratio().typical(), 1e-12);
    }
}
