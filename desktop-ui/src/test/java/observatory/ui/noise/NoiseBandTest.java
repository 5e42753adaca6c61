package observatory.ui.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import org.junit.jupiter.api.Test;

class NoiseBandTest {
    private static final int WINDOW = 20;
    private static final int ROWS = 3 * WINDOW;

    @Test
    void aSpikeIsForgottenWithTheWindowItLiesIn() {
        NoiseBand spiked = band(3e30f);
        NoiseBand calm = band(1);
        int last = ROWS - 1;
        assertEquals(calm.middle().at(last), spiked.middle().at(last));
        assertEquals(calm.low().at(last), spiked.low().at(last));
        assertEquals(calm.high().at(last), spiked.high().at(last));
    }

    @Test
    void theBandIsAroundTheRatioOfTheMeans() {
        NoiseBand calm = band(1);
        double trace = 0;
        double square = 0;
        for (int row = ROWS - WINDOW; row < ROWS; row++) {
            trace += trace(row);
            square += square(row);
        }
        int last = ROWS - 1;
        assertEquals(trace / square, calm.middle().at(last), 1e-5);
        assertTrue(calm.low().at(last) < calm.middle().at(last));
        assertTrue(calm.high().at(last) > calm.middle().at(last));
        assertTrue(Series.isAbsent(calm.middle().at(3)), "four pairs make no estimate");
    }

    /** A band over rows of which the third is a spike so many times as high. */
    private static NoiseBand band(float times) {
        StepIndex.Growing steps = new StepIndex.Growing();
        Series trace = new Series();
        Series square = new Series();
        for (int row = 0; row < ROWS; row++) {
            steps.append(row);
            trace.append(row == 2 ? trace(row) * times : trace(row));
            square.append(square(row));
        }
        NoiseBand band = new NoiseBand(WINDOW, WINDOW / 2);
        band.follow(steps.index(), trace, square);
        return band;
    }

    private static float trace(int row) {
        return 100 + row * 7 % 13;
    }

    private static float square(int row) {
        return 5 + row * 3 % 4;
    }
}
