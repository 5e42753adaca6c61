package observatory.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RunSketchTest {
    @Test
    void whatWasMetIsAlwaysMetAndWhatWasNotSeldomSeemsSo() {
        SplittableRandom random = new SplittableRandom(7);
        RunSketch sketch = new RunSketch(1 << 17);
        long[] known = random.longs(10_000).toArray();
        for (long hash : known) {
            sketch.met(hash);
        }
        for (long hash : known) {
            assertTrue(sketch.met(hash));
        }
        double expected = sketch.falsePositives();
        // (1 - e^(-7·10000/2^17))^7 is the textbook rate of such a filter.
        assertEquals(Math.pow(1 - Math.exp(-7 * 10_000.0 / (1 << 17)), 7), expected, 0.1 * expected);
        // Asking puts a hash in, so few are asked: the rate stays what it was.
        int wrong = 0;
        for (int i = 0; i < 500; i++) {
            wrong += sketch.met(random.nextLong()) ? 1 : 0;
        }
        assertTrue(wrong < 500 * expected + 4 * Math.sqrt(500 * expected) + 2, "wrong=" + wrong);
        assertFalse(new RunSketch(64).met(1));
        assertThrows(IllegalArgumentException.class, () -> new RunSketch(100));
    }
}
