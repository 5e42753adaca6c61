package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AxisTest {
    @Test
    void marksAreRound() {
        assertEquals(List.of("0", "2", "4", "6", "8", "10"), labels(Axis.over(0, 10, false)));
        assertEquals(
                List.of("0", "5e-5", "1e-4", "1.5e-4", "2e-4", "2.5e-4", "3e-4"), labels(Axis.over(0, 3e-4, false)));
        assertEquals(List.of("29,020", "29,040", "29,060", "29,080"), labels(Axis.over(29_020, 29_090, false)));
        assertEquals(List.of("1", "10", "100"), labels(Axis.over(0.4, 400, true)));
        assertEquals(List.of("5,000", "10,000", "20,000", "50,000"), labels(Axis.over(4096, 65536, true)));
        assertEquals(List.of("1", "100", "10,000", "1,000,000", "1e8"), labels(Axis.over(0.15, 3.7e9, true)));
    }

    @Test
    void anyRangeGetsAFewMarksInside() {
        long seed = 3;
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            double low = Math.pow(10, random.nextDouble(-12, 12));
            double high = low * (1 + Math.pow(10, random.nextDouble(-6, 6)));
            for (boolean logarithmic : new boolean[] {true, false}) {
                Axis axis = Axis.over(low, high, logarithmic);
                String where = "seed " + seed + ", round " + round + ": " + axis;
                assertTrue(axis.ticks().size() <= 8, where);
                assertTrue(logarithmic || axis.ticks().size() >= 2, where);
                assertTrue(
                        axis.ticks().stream().allMatch(t -> t.position() >= axis.low() && t.position() <= axis.high()),
                        where);
            }
        }
    }

    @Test
    void aConstantStillHasARange() {
        for (double value : new double[] {0, 1, -3e-5, 1e27}) {
            Axis axis = Axis.over(value, value, false);
            assertTrue(axis.low() < value && value < axis.high(), axis.toString());
        }
    }

    private static List<String> labels(Axis axis) {
        return axis.ticks().stream().map(Axis.Tick::label).toList();
    }
}
