package observatory.ui.compare;

import java.util.OptionalLong;
import observatory.ui.data.StepIndex;

/**
 * The rows of two runs that are of one step, gone through once while both grow. Where the second run goes back and
 * writes steps again, all are gone through again.
 */
final class Meeting {
    private int seen;
    private int segments;

    /** Something that holds of a row of one run and the row of another that is of the same step. */
    interface Pair {
        boolean holds(int row, int other);
    }

    /** Whether the second run has gone back since it was asked last; then nothing is known any more. */
    boolean begunAgain(StepIndex other) {
        int now = other.segments().size();
        boolean again = now > segments && segments > 0;
        if (again) {
            seen = 0;
        }
        segments = now;
        return again;
    }

    /** The first step of those not gone through yet of which something holds. */
    OptionalLong first(StepIndex one, StepIndex other, Pair sought) {
        int end = one.size();
        long reached = other.lastStep();
        boolean waiting = false; // for a step to which the other run has yet to come
        for (int row = seen; row < end; row++) {
            long step = one.step(row);
            int at = step > reached ? -1 : other.rowAtOrBefore(step);
            boolean met = at >= 0 && other.step(at) == step;
            if (met && sought.holds(row, at)) {
                return OptionalLong.of(step);
            }
            waiting |= !met && step >= reached; // the step reached is told before its row can be read
            seen = waiting ? seen : row + 1;
        }
        return OptionalLong.empty();
    }
}
