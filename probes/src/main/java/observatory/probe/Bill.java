package observatory.probe;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who takes how much of what observing costs: every {@value #EVERY} steps one scalar for each probe that was due since
 * and each hook it looked at, and one for what is left when all are paid. The times are the ones the governor judges
 * by.
 */
final class Bill {
    static final int EVERY = 32;
    /** What belongs to no probe: taking results over, building the frame and handing it on. */
    private static final String FRAME = "frame";

    private static final Hook[] HOOKS = Hook.values();

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
            boolean billed = watcher.bill();
            double[] byHook = watcher.nanosOfAStep();
            for (int i = 0; i < byHook.length; i++) {
                if (byHook[i] > 0) {
                    String name = name(watcher.question.name(), i);
                    costs.merge(name, byHook[i], Double::sum);
                    if (billed) {
                        due.add(name);
                    }
                }
            }
        }
        costs.keySet().retainAll(due);
        costs.forEach((name, nanosOfAStep) -> out.scalar(name, nanosOfAStep / 1e9));
        out.scalar(Scalars.observerSecondsOf(FRAME), Math.max(0, frame) / 1e9);
        steps = 0;
        nanos = 0;
    }

    private static String name(String probe, int hook) {
        return hook < HOOKS.length
                ? Scalars.observerSecondsOf(probe + "/" + HOOKS[hook].label())
                : Scalars.observerSecondsOf(probe);
    }
}
