package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class BlocksTest {
    private static Blocks of(int points, IntToDoubleFunction value) {
        Blocks blocks = Blocks.start();
        for (int i = 0; i < points; i++) {
            blocks = blocks.with(value.applyAsDouble(i));
        }
        return blocks;
    }

    @Test
    void aBlockIsItsMedianAndTheBestIsKept() {
        Blocks blocks = of(3 * Blocks.SIZE, i -> i % Blocks.SIZE == 0 ? 1000 : i / Blocks.SIZE == 1 ? 2 : 3);
        assertEquals(3, blocks.newest());
        assertEquals(2, blocks.best());
        assertTrue(blocks.atTheEndOfABlock());
    }

    @Test
    void aSwingThatWasThereBeforeIsNotBeyondTheRunsWandering() {
        IntToDoubleFunction swings = i -> 2 + 0.4 * Math.sin(2 * Math.PI * i / 640);
        int top = 3 * 640 + 160 + Blocks.SIZE; // of the fourth swing
        assertFalse(of(top / Blocks.SIZE * Blocks.SIZE, swings).beyondItsWandering());
    }

    @Test
    void aRiseOfARunThatNeverRoseIs() {
        assertTrue(of(20 * Blocks.SIZE, i -> i < 15 * Blocks.SIZE ? 3 - i * 0.001 : 3 + i * 0.001)
                .beyondItsWandering());
    }

    @Test
    void aSteadyClimbStaysBeyondIt() {
        for (int blocks = 16; blocks < 40; blocks++) {
            assertTrue(
                    of(blocks * Blocks.SIZE, i -> 2 + Math.max(0, i - 12 * Blocks.SIZE) * 0.01)
                            .beyondItsWandering(),
                    blocks + " blocks");
        }
    }
}
