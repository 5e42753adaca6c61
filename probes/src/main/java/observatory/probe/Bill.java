package observatory.probe;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who takes how much of what observing costs: every {@value #EVERY} steps one scalar for each probe that was due since, and
 * one for what is left when all probes are paid. The probes' times are the ones the governor judges them by.
 */
final class Bill {
    static final int EVERY = 16;
    /** What belongs to no probe: taking results over, building the frame and handing it on. */
    private static final String FRAME = "frame";

    private int steps;
    private long nanos;

    /** Takes in what observing took of one step, in nanoseconds. */
    void add(long observerNanos) {
        steps++;
        nanos += observerNanos;
    }

    /** Where it is time, what each has cost since the last time; watchers of one name are one probe. */
    void tell(List<Watcher> watchers, ScalarSink out) {
        if (steps < EVERY) {
            return;
        }
        double frame = (double) nanos / steps;
        Map<String, Double> costs = new LinkedHashMap<>();
        Set<String> due = new HashSet<>();
        for (Watcher watcher : watchers) {
            frame -= (double) watcher.unbilledNanos() / steps;
            if (watcher.bill()) {
                due.add(watcher.question.name());
            }
            costs.merge(watcher.question.name(), watcher.nanosOfAStep(), Double::sum);
        }
        costs.keySet().retainAll(due);
        costs.forEach((probe, ofAStep) -> out.scalar(Scalars.observerSecondsOf(probe), ofAStep / 1e9));
        out.scalar(Scalars.observerSecondsOf(FRAME), Math.max(0, frame) / 1e9);
        steps = 0;
        nanos = 0;
    }
}
