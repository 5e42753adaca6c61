package observatory.ui.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import org.junit.jupiter.api.Test;

class EmaTest {
    /** The debiased average in its closed form: weights w^k, normalised to 1. */
    @Test
    void itIsTheWeightedMeanOfAllValuesSoFar() {
        Random random = new Random(3);
        StepIndex.Growing index = new StepIndex.Growing();
        Series raw = new Series();
        double[] values = new double[200];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
            raw.append(values[i]);
            index.append(i);
        }
        double w = 0.6;
        Series smooth = new Ema(index.index(), raw, w).series();
        for (int row = 0; row < values.length; row++) {
            double sum = 0;
            double weights = 0;
            for (int back = 0; back <= row; back++) {
                sum += Math.pow(w, back) * values[row - back];
                weights += Math.pow(w, back);
            }
            assertEquals(sum / weights, smooth.at(row), 1e-5, "row " + row);
        }
    }

    @Test
    void aConstantStaysAndWhatIsNotFinitePassesThrough() {
        StepIndex index = StepIndex.of(0, 1, 2, 3, 4);
        Series raw = new Series();
        for (double value : new double[] {2, 2, Double.NaN, Double.POSITIVE_INFINITY, 2}) {
            raw.append(value);
        }
        Series smooth = new Ema(index, raw, 0.9).series();
        assertEquals(2, smooth.at(1), 1e-6);
        assertTrue(Float.isNaN(smooth.at(2)));
        assertEquals(Float.POSITIVE_INFINITY, smooth.at(3));
        assertEquals(2, smooth.at(4), 1e-6);
    }

    @Test
    void itFollowsASourceThatGrowsAndStartsAnewAfterARestart() {
        StepIndex.Growing index = new StepIndex.Growing();
        Series raw = new Series();
        Ema ema = new Ema(index.index(), raw, 0.99);
        for (int i = 0; i < 100; i++) {
            raw.append(0);
            index.append(i);
        }
        assertEquals(0, ema.series().at(99));
        raw.append(5);
        index.append(50);
        assertEquals(5, ema.series().at(100), 1e-6);
    }
}
