package observatory.ui.data;

import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import observatory.probe.Batch;

/** The batches of the latest steps, by step; older ones make room. */
public final class Batches {
    private static final int KEPT = 4096;

    private final ConcurrentSkipListMap<Long, Batch> bySteps = new ConcurrentSkipListMap<>();
    private int kept;

    void add(long step, Batch batch) {
        if (bySteps.put(step, batch) == null && ++kept > KEPT) {
            bySteps.pollFirstEntry();
            kept--;
        }
    }

    public Optional<Batch> at(long step) {
        return Optional.ofNullable(bySteps.get(step));
    }

    /** The batches of the steps between two, both included; none where the last is before the first. */
    public NavigableMap<Long, Batch> between(long first, long last) {
        return bySteps.subMap(first, true, Math.max(first, last), first <= last);
    }

    public boolean empty() {
        return bySteps.isEmpty();
    }
}
