package observatory.probe;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps what observing costs under a budget. It knows what each probe takes when it is due, and so what all take in
 * mean; while that is above the budget, the dearest is made due half as often, and where there is room again the one
 * that was slowed first gets its cadence back. Probes of a fixed schedule are left alone.
 */
final class Governor {
    /** Cold loops run a thousand times slower; what these steps cost says nothing. */
    static final int WARM_UP = 32;
    /** Steps between two looks, so that a change shows before the next is decided. */
    static final int EVERY = 16;

    private static final long RAREST = 1 << 14;
    /** A cadence comes back only where the cost then stays clearly under the budget; otherwise it would flap. */
    private static final double ROOM = 0.5;
    /** One slow step moves the mean by no more than this factor allows. */
    private static final double OUTLIER = 4;

    private long steps;
    private double trainingNanos;
    private double frameNanos;

    /** A cadence that was changed, and the mean share of the step that observing takes before and after. */
    record Change(Watcher watcher, long everyBefore, double shareBefore, double shareAfter) {
        Map<String, String> details(double budget) {
            return Map.of(
                    "probe", watcher.question.name(),
                    "every_before", Long.toString(everyBefore),
                    "every", Long.toString(watcher.every()),
                    "share_before", Double.toString(shareBefore),
                    "share", Double.toString(shareAfter),
                    "budget", Double.toString(budget));
        }
    }

    /** Takes in a step; empty, or the one change it led to. */
    Optional<Change> after(long stepNanos, long observerNanos, List<Watcher> watchers, double budget) {
        long byProbes = 0;
        for (Watcher watcher : watchers) {
            byProbes += watcher.settle();
        }
        steps++;
        trainingNanos = mean(trainingNanos, Math.max(1, stepNanos - observerNanos));
        frameNanos = mean(frameNanos, Math.max(0, observerNanos - byProbes));
        if (steps < WARM_UP || steps % EVERY != 0) {
            return Optional.empty();
        }
        double share = share(watchers);
        return share > budget ? slowDown(watchers, share) : speedUp(watchers, share, budget);
    }

    /** The mean share of a step's own time that observing takes at the cadences of now. */
    double share(List<Watcher> watchers) {
        double nanos = frameNanos;
        for (Watcher watcher : watchers) {
            nanos += watcher.nanos() / watcher.every();
        }
        return nanos / trainingNanos;
    }

    private Optional<Change> slowDown(List<Watcher> watchers, double share) {
        return watchers.stream()
                .filter(w -> !w.schedule.fixed() && w.measured() && w.every() < RAREST)
                .max(Comparator.comparingDouble(w -> w.nanos() / w.every()))
                .map(w -> change(w, 2 * w.stretch(), share, watchers));
    }

    private Optional<Change> speedUp(List<Watcher> watchers, double share, double budget) {
        return watchers.stream()
                .filter(w -> w.stretch() > 1)
                .filter(w -> share + w.nanos() / w.every() / trainingNanos < ROOM * budget)
                .max(Comparator.comparingInt(Watcher::stretch))
                .map(w -> change(w, w.stretch() / 2, share, watchers));
    }

    private Change change(Watcher watcher, int stretch, double before, List<Watcher> watchers) {
        long every = watcher.every();
        watcher.stretch(stretch);
        return new Change(watcher, every, before, share(watchers));
    }

    private double mean(double mean, double value) {
        if (mean == 0) {
            return value;
        }
        return mean + 0.1 * (Math.min(value, OUTLIER * mean) - mean);
    }
}
