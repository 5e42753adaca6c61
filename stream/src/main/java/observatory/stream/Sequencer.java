package observatory.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.Telemetry;

/**
 * Puts the items of each origin in their order and gives each once. What comes too early waits for what is missing,
 * until {@value #WINDOW} items or half a second have passed; then the gap is counted and the rest goes on. What a
 * notice says was shed is no gap. Belongs to one thread.
 */
final class Sequencer {
    static final int WINDOW = 1000;
    private static final long PATIENCE_NANOS = Duration.ofMillis(500).toNanos();

    private final LongSupplier nanoTime;
    private final boolean fromTheFirst;
    private final Map<Origin, Line> lines = new HashMap<>();
    private long duplicates;
    private long missing;
    private long shed;

    /** The items of one origin. */
    private static final class Line {
        private long next;
        private long since;
        private final TreeMap<Long, Telemetry> early = new TreeMap<>();
    }

    /** @param fromTheFirst whether an origin begins at number 0, or wherever it is first seen */
    Sequencer(boolean fromTheFirst, LongSupplier nanoTime) {
        this.fromTheFirst = fromTheFirst;
        this.nanoTime = nanoTime;
    }

    /** The items that are in turn with this one. */
    List<Telemetry> add(Telemetry item) {
        Line line = lines.computeIfAbsent(item.origin(), origin -> new Line());
        if (line.next == 0 && line.early.isEmpty() && !fromTheFirst) {
            line.next = item.seq();
        }
        if (item.seq() < line.next || line.early.containsKey(item.seq())) {
            duplicates++;
            return List.of();
        }
        if (line.early.isEmpty()) {
            line.since = nanoTime.getAsLong();
        }
        line.early.put(item.seq(), item);
        List<Telemetry> ready = new ArrayList<>();
        take(line, ready);
        while (line.early.size() > WINDOW) {
            skip(line, ready);
        }
        return ready;
    }

    /** The items that have waited long enough for what is missing before them; all of them where {@code atTheEnd}. */
    List<Telemetry> release(boolean atTheEnd) {
        List<Telemetry> ready = new ArrayList<>();
        for (Line line : lines.values()) {
            if (!line.early.isEmpty() && (atTheEnd || nanoTime.getAsLong() - line.since >= PATIENCE_NANOS)) {
                while (!line.early.isEmpty()) {
                    skip(line, ready);
                }
            }
        }
        return ready;
    }

    long duplicates() {
        return duplicates;
    }

    long missing() {
        return missing;
    }

    long shed() {
        return shed;
    }

    /** Gives up what is missing before the earliest waiting item. */
    private void skip(Line line, List<Telemetry> ready) {
        missing += line.early.firstKey() - line.next;
        line.next = line.early.firstKey();
        take(line, ready);
        line.since = nanoTime.getAsLong();
    }

    private void take(Line line, List<Telemetry> ready) {
        Iterator<Telemetry> waiting = line.early.values().iterator();
        while (waiting.hasNext()) {
            Telemetry item = waiting.next();
            if (item.seq() != line.next && !explains(item, line.next)) {
                return;
            }
            if (item instanceof RunEvent event && event.kind() == RunEvent.Kind.LOST) {
                shed += number(event, "count");
            }
            ready.add(item);
            line.next = item.seq() + 1;
            waiting.remove();
        }
    }

    /** Whether an item is a notice that all from {@code next} on was shed. */
    private static boolean explains(Telemetry item, long next) {
        return item instanceof RunEvent event
                && event.kind() == RunEvent.Kind.LOST
                && event.details().containsKey("fromSeq")
                && number(event, "fromSeq") <= next;
    }

    private static long number(RunEvent event, String detail) {
        try {
            return Long.parseLong(event.details().getOrDefault(detail, "0"));
        } catch (NumberFormatException e) {
            return 0; // Not from this program.
        }
    }
}
