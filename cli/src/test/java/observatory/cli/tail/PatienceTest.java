package observatory.cli.tail;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private final Patience patience = new Patience(0, 0);

    @Test
    void aSlowBrokerIsWaitedForWhileItTakesSomething() {
        for (int second = 1; second <= 100; second++) {
            assertFalse(over(second / 9, true, second), "second " + second);
        }
    }

    @Test
    void oneThatTakesNothingIsNot() {
        assertFalse(over(1, true, 1));
        assertFalse(over(1, true, 10));
        assertTrue(over(1, true, 11));
    }

    @Test
    void afterCtrlCItMayTakeWhatItCanInAMoment() {
        assertFalse(over(1, true, 50));
        assertFalse(over(2, false, 50.5));
        assertTrue(over(3, false, 51));
    }

    private boolean over(long progress, boolean wanted, double second) {
        return patience.over(
                progress, wanted, (long) (second * Duration.ofSeconds(1).toNanos()));
    }
}
