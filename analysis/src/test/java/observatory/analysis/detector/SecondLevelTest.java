package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SecondLevelTest {
    private static final double DEVIATION = 0.03;

    /** An excursion to this height above a level of 2 for six points, and the point that came back. */
    private static SecondLevel visited(SecondLevel second, double height, int after) {
        SecondLevel next = second;
        for (int i = 0; i < after; i++) {
            next = next.next();
        }
        Excursion off = Excursion.begins(1, 2 + height, height, height / DEVIATION);
        for (int i = 2; i <= 6; i++) {
            off = off.with(i, 2 + height, height / DEVIATION, 1);
        }
        return next.visited(off.with(7, 2, 0, 1), true, 2, DEVIATION);
    }

    @Test
    void threeVisitsAlikeAreALevel() {
        SecondLevel twice = visited(visited(SecondLevel.none(), 0.5, 100), 0.52, 100);
        assertFalse(twice.holds(0.5, DEVIATION));
        SecondLevel thrice = visited(twice, 0.49, 100);
        assertTrue(thrice.holds(0.55, DEVIATION));
        assertFalse(thrice.holds(0.8, DEVIATION), "higher than the level");
        assertFalse(thrice.holds(0.2, DEVIATION), "lower than the level");
    }

    @Test
    void visitsThatDifferInHeightAreSpikes() {
        SecondLevel second = visited(visited(visited(SecondLevel.none(), 0.5, 100), 0.9, 100), 0.7, 100);
        assertTrue(Double.isNaN(second.height()));
    }

    @Test
    void visitsThatNoiseReachesAreNoLevel() {
        double close = 7 * DEVIATION;
        SecondLevel second = visited(visited(visited(SecondLevel.none(), close, 100), close, 100), close, 100);
        assertTrue(Double.isNaN(second.height()));
    }

    @Test
    void visitsThatComeSeldomAreSpikes() {
        SecondLevel second = visited(visited(visited(SecondLevel.none(), 0.5, 300), 0.5, 300), 0.5, 300);
        assertTrue(Double.isNaN(second.height()));
    }

    @Test
    void aLevelThatIsNotVisitedIsForgotten() {
        SecondLevel second = visited(visited(visited(SecondLevel.none(), 0.5, 100), 0.5, 100), 0.5, 100);
        assertEquals(0.5, second.height(), 1e-12);
        for (int i = 0; i < 600; i++) {
            second = second.next();
        }
        assertTrue(Double.isNaN(second.height()));
    }
}
