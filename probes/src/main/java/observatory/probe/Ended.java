package observatory.probe;

import java.time.Instant;
import java.util.List;

/**
 * A step that has ended and is still to be told.
 *
 * @param lost steps directly before it that are not told, for want of room
 * @param nanos how long it took
 * @param observerNanos of that, what observers took on the step's own time
 * @param watchers all that are installed, due or not
 */
record Ended(
        long step,
        Plan plan,
        StepFacts facts,
        Instant at,
        long lost,
        long nanos,
        long observerNanos,
        List<Watcher> watchers,
        double budget) {}
