package observatory.ui.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StepIndexTest {
    @Test
    void aStepThatGoesBackBeginsASegmentAndOrphansWhatItGoesOverAgain() {
        StepIndex index = new StepIndex();
        for (long step : new long[] {0, 1, 2, 3, 4, 5}) {
            index.append(step, 0);
        }
        for (long step : new long[] {3, 4, 5, 6}) {
            index.append(step, 1);
        }
        assertEquals(2, index.segments().size());
        StepIndex.Segment first = index.segments().getFirst();
        assertEquals(3, index.orphanedFrom(first));
        assertEquals(Long.MAX_VALUE, index.orphanedFrom(index.segments().getLast()));
        assertEquals(7, index.rowAtOrBefore(4), "the row of the later incarnation");
        assertEquals(2, index.rowAtOrBefore(2), "which began again after step 2");
        assertEquals(0, index.firstStep());
        assertEquals(6, index.lastStep());
    }

    @Test
    void rowsAreFoundByStep() {
        StepIndex index = StepIndex.of(10, 20, 40);
        StepIndex.Segment all = index.segments().getFirst();
        assertEquals(0, index.rowAtOrAfter(all, -5));
        assertEquals(1, index.rowAtOrAfter(all, 10.5));
        assertEquals(2, index.rowAtOrAfter(all, 40));
        assertEquals(3, index.rowAtOrAfter(all, 41));
        assertEquals(-1, index.rowAtOrBefore(9));
        assertEquals(2, index.rowAtOrBefore(1e9));
        assertEquals(20, index.stride());
    }

    @Test
    void aGuessNeverChangesWhatIsFound() {
        Random random = new Random(11);
        StepIndex.Growing growing = new StepIndex.Growing();
        long last = 0;
        for (int row = 0; row < 300; row++) {
            last += 1 + random.nextInt(row % 50 == 0 ? 100 : 3);
            growing.append(last);
        }
        StepIndex index = growing.index();
        for (int trial = 0; trial < 5000; trial++) {
            int from = random.nextInt(300);
            int to = from + random.nextInt(301 - from);
            double step = random.nextDouble() * last;
            assertEquals(
                    index.rowAtOrAfter(new StepIndex.Segment(from, to, 0), step),
                    index.rowAtOrAfter(random.nextInt(320) - 10, from, to, step),
                    "seed 11, trial " + trial);
        }
    }
}
