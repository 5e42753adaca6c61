package observatory.ui.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SeriesTest {
    private static final long SEED = 7;

    @Test
    void anyStretchIsSummedUpAsReadingEveryRowWould() {
        Random random = new Random(SEED);
        Series series = new Series();
        for (int i = 0; i < 10_000; i++) {
            switch (random.nextInt(40)) {
                case 0 -> series.append(Double.NaN);
                case 1 -> series.append(Double.POSITIVE_INFINITY);
                case 2 -> series.append(Double.NEGATIVE_INFINITY);
                case 3 -> series.appendAbsent();
                default -> series.append(random.nextGaussian());
            }
        }
        for (int trial = 0; trial < 500; trial++) {
            int from = random.nextInt(10_000);
            int to = from + random.nextInt(10_001 - from);
            Extent plain = new Extent().clear();
            for (int row = from; row < to; row++) {
                plain.add(series.at(row));
            }
            Extent quick = new Extent().clear();
            series.summarise(from, to, quick);
            String where = "seed " + SEED + ", rows " + from + " to " + to;
            assertEquals(plain.flags(), quick.flags(), where);
            assertEquals(plain.min(), quick.min(), where);
            assertEquals(plain.max(), quick.max(), where);
            assertEquals(plain.last(), quick.last(), where);
        }
    }

    @Test
    void valuesOutsideAnIntervalAreCounted() {
        Random random = new Random(SEED);
        Series series = new Series();
        int expected = 0;
        for (int i = 0; i < 5_000; i++) {
            double value = random.nextGaussian();
            series.append(value);
            expected += i >= 100 && i < 4_900 && Math.abs((float) value) > 2 ? 1 : 0;
        }
        assertEquals(expected, series.countOutside(100, 4_900, -2, 2));
    }

    @Test
    void theLastThatWasMeasuredIsFoundAcrossLongStretchesOfNothing() {
        Random random = new Random(SEED);
        Series series = new Series();
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(i < 10_000 ? 30 : 3_000) == 0) {
                series.append(random.nextInt(4) == 0 ? Double.NaN : i);
            } else {
                series.appendAbsent();
            }
        }
        int last = -1;
        for (int row = 0; row < 20_000; row++) {
            last = Series.isAbsent(series.at(row)) ? last : row;
            assertEquals(last, series.lastPresent(row), "seed " + SEED + ", row " + row);
        }
        assertEquals(last, series.lastPresent(Integer.MAX_VALUE));
    }

    @Test
    void absentIsNotNaNAndFiniteStaysFinite() {
        Series series = new Series();
        series.append(Double.NaN);
        series.appendAbsent();
        series.append(1e300);
        assertFalse(Series.isAbsent(series.at(0)));
        assertTrue(Series.isAbsent(series.at(1)));
        assertEquals(Float.MAX_VALUE, series.at(2));
    }

    @Test
    void aReaderSeesOnlyWholeRowsWhileAnotherThreadWrites() throws InterruptedException {
        Series series = new Series();
        int rows = 200_000;
        Thread writer = new Thread(() -> {
            for (int i = 0; i < rows; i++) {
                series.append(i);
            }
        });
        writer.start();
        Extent extent = new Extent();
        int seen = 0;
        while (seen < rows) {
            seen = series.size();
            series.summarise(0, seen, extent.clear());
            if (seen > 0) {
                assertEquals(0, extent.min());
                assertEquals(seen - 1, extent.max());
                assertEquals(seen - 1, extent.last());
            }
        }
        writer.join();
    }
}
