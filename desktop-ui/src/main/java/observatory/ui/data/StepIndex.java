package observatory.ui.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Which step each row of a series belongs to. Where a run was restarted, steps go back and a new segment begins; within
 * one they only rise. One writer, any number of readers.
 */
public final class StepIndex {
    private static final int RECENT = 64;
    private static final int NEAR = 4; // rows that are cheaper to try than to search for

    private final LongLog steps = new LongLog();
    private volatile List<Segment> closed = List.of();
    private volatile int openFrom;
    private volatile int openIncarnation;
    private final long[] distances = new long[RECENT];
    private int learned;
    private volatile long stride = 1;
    private volatile long first = Long.MAX_VALUE;
    private volatile long last = Long.MIN_VALUE;

    /** Rows from {@code from} up to but without {@code to}, of one incarnation, with rising steps. */
    public record Segment(int from, int to, int incarnation) {}

    /** An index over rising numbers, for what is drawn over something else than steps, such as layers. */
    public static StepIndex of(long... numbers) {
        Growing growing = new Growing();
        for (long number : numbers) {
            growing.append(number);
        }
        return growing.index();
    }

    /** An index that its owner fills, over whatever numbers it likes. */
    public static final class Growing {
        private final StepIndex index = new StepIndex();

        public void append(long number) {
            index.append(number, 0);
        }

        public StepIndex index() {
            return index;
        }
    }

    /** Appends a row; where the step goes back or the incarnation changes, it begins a segment. */
    void append(long step, int incarnation) {
        int row = steps.size();
        if (row == openFrom) {
            openIncarnation = incarnation;
        } else {
            long before = steps.get(row - 1);
            if (step <= before || incarnation != openIncarnation) {
                List<Segment> more = new ArrayList<>(closed);
                more.add(new Segment(openFrom, row, openIncarnation));
                closed = List.copyOf(more);
                openFrom = row;
                openIncarnation = incarnation;
            } else {
                learn(step - before);
            }
        }
        first = Math.min(first, step);
        last = Math.max(last, step);
        steps.append(step);
    }

    public int size() {
        return steps.size();
    }

    public boolean empty() {
        return steps.size() == 0;
    }

    public long step(int row) {
        return steps.get(row);
    }

    /** The least step of all rows; {@code Long.MAX_VALUE} where there is none. */
    public long firstStep() {
        return first;
    }

    /** The greatest step of all rows; {@code Long.MIN_VALUE} where there is none. */
    public long lastStep() {
        return last;
    }

    /** The usual distance between two rows, in steps: the median of the latest ones. */
    public long stride() {
        return stride;
    }

    private void learn(long distance) {
        distances[learned++ % RECENT] = distance;
        if (learned < RECENT || learned % RECENT == 0) {
            long[] sorted = Arrays.copyOf(distances, Math.min(learned, RECENT));
            Arrays.sort(sorted);
            stride = sorted[sorted.length / 2];
        }
    }

    /** All segments, oldest first. */
    public List<Segment> segments() {
        List<Segment> done;
        int to;
        do { // a segment that is closed meanwhile would be seen as part of the next
            done = closed;
            to = steps.size();
        } while (done != closed);
        int from = done.isEmpty() ? 0 : done.getLast().to();
        if (from >= to) {
            return done;
        }
        List<Segment> all = new ArrayList<>(done);
        all.add(new Segment(from, to, openIncarnation));
        return all;
    }

    /** The first row of a segment whose step is at least this; the segment's end where there is none. */
    public int rowAtOrAfter(Segment segment, double step) {
        return first(segment.from(), segment.to(), row -> steps.get(row) >= step);
    }

    /** The first of the rows from {@code from} that has come to what all after it have too; {@code to} where none has. */
    public static int first(int from, int to, IntPredicate reached) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = low + high >>> 1;
            if (reached.test(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /**
     * The first of the rows from {@code from} whose step is at least this, {@code to} where there is none; looked for
     * around a guess first, because whoever asks for one pixel column after another can guess well.
     */
    public int rowAtOrAfter(int guess, int from, int to, double step) {
        int row = Math.clamp(guess, from, to);
        for (int moves = 0; moves < NEAR; moves++) {
            if (row > from && steps.get(row - 1) >= step) {
                row--;
            } else if (row < to && steps.get(row) < step) {
                row++;
            } else {
                return row;
            }
        }
        return first(from, to, each -> steps.get(each) >= step);
    }

    /** The latest row written for the greatest step that is not beyond this one; -1 where there is none. */
    public int rowAtOrBefore(double step) {
        List<Segment> all = segments();
        for (int i = all.size() - 1; i >= 0; i--) {
            int after = rowAtOrAfter(all.get(i), Math.nextUp(step));
            if (after > all.get(i).from()) {
                return after - 1;
            }
        }
        return -1;
    }

    /** As {@link #rowAtOrBefore}, or the first row where the step lies before it; -1 where there is none at all. */
    public int rowNear(double step) {
        int row = rowAtOrBefore(step);
        return row < 0 && size() > 0 ? 0 : row;
    }

    /** The step from which on a segment was overtaken by a later one that began again before its end. */
    public long orphanedFrom(Segment segment) {
        long orphaned = Long.MAX_VALUE;
        for (Segment later : segments()) {
            if (later.from() >= segment.to()) {
                orphaned = Math.min(orphaned, steps.get(later.from()));
            }
        }
        return orphaned;
    }
}
