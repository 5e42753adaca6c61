package observatory.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SparklineTest {
    @Test
    void risesWithTheValues() {
        assertEquals("▁▂▃▄▅▆▇█", Sparkline.of(new double[] {0, 1, 2, 3, 4, 5, 6, 7}, 8));
        assertEquals("▁▁", Sparkline.of(new double[] {5, 5}, 10));
        assertEquals("", Sparkline.of(new double[0], 10));
    }

    @Test
    void aOneStepSpikeIsSeenHoweverLongTheSeries() {
        double[] values = new double[100_000];
        values[77_777] = 9;
        assertEquals(1, Sparkline.of(values, 50).chars().filter(c -> c == '█').count());
    }

    @Test
    void whatIsNotFiniteHasItsOwnMark() {
        assertEquals("▁✕█", Sparkline.of(new double[] {1, Double.NaN, 2}, 3));
        assertTrue(Sparkline.of(new double[] {1, 1, Double.POSITIVE_INFINITY, 1}, 2)
                .endsWith("✕"));
    }
}
