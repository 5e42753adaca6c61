package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MedianTest {
    private static final long SEED = 3;

    /** The plain way: sort and look. */
    private static double sorted(double[] any) {
        double[] values = any.clone();
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    @Test
    void selectionAgreesWithSorting() {
        Random random = new Random(SEED);
        for (int round = 0; round < 20_000; round++) {
            int kinds = 1 + random.nextInt(40); // few kinds of values give many ties
            double[] values = random.doubles(1 + random.nextInt(130))
                    .map(value -> kinds < 20 ? Math.rint(value * kinds) : value)
                    .toArray();
            if (round % 3 == 0) {
                Arrays.sort(values);
            }
            assertEquals(
                    sorted(values), Median.of(values.clone()), () -> "seed " + SEED + " " + Arrays.toString(values));
        }
    }
}
