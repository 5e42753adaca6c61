package observatory.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.DeadLetters;

/**
 * Knows which runs say nothing, and how long. It only measures: what it finds becomes a recorded tick, and a detector
 * judges the tick. Another process goes on from what is {@link #keep kept}; the time between the two counts for nothing,
 * because a run may have spoken all the while.
 */
final class Silence {
    static final long EVERY_MILLIS = 5_000;
    /** A tick says that this much time has passed in silence; then again at twice, four times, and so on. */
    private static final long FIRST_MILLIS = 30_000;

    /** The last that was heard of a run, by our clock, and the silence that was told last. */
    private record Heard(Origin origin, long step, long atMillis, long toldMillis) {}

    private final Map<RunId, Heard> runs = new HashMap<>();
    /** Of which runs another process would know less. */
    private final Set<RunId> changed = new HashSet<>();

    /** What another process has to know of a run that is not over. */
    record Kept(Origin origin, long step, long toldMillis) {}

    /** Goes on with a run where another process stopped. */
    void resume(Kept kept, long nowMillis) {
        runs.put(kept.origin.run(), new Heard(kept.origin, kept.step, nowMillis - kept.toldMillis, kept.toldMillis));
    }

    /** Hands out what changed since the last call; null for a run that is over. */
    void keep(BiConsumer<RunId, Kept> store) {
        for (RunId run : changed) {
            Heard heard = runs.get(run);
            store.accept(run, heard == null ? null : new Kept(heard.origin, heard.step, heard.toldMillis));
        }
        changed.clear();
    }

    /** Who of a run spoke last, and of which step. */
    record Place(Origin origin, long step) {}

    void heard(Telemetry item, long nowMillis) {
        RunId run = item.origin().run();
        if (item instanceof RunEvent event) {
            if (event.kind() == RunEvent.Kind.TICK || event.details().containsKey(DeadLetters.COUNT)) {
                return;
            }
            if (event.kind() == RunEvent.Kind.END) {
                runs.remove(run);
                changed.add(run);
                return;
            }
        }
        runs.put(run, new Heard(item.origin(), item.step(), nowMillis, 0));
        changed.add(run);
    }

    /** Where a run stood when it was last heard; empty where it was not, or is over. */
    Optional<Place> last(RunId run) {
        return Optional.ofNullable(runs.get(run)).map(heard -> new Place(heard.origin, heard.step));
    }

    /** The ticks that are due now. */
    List<RunEvent> ticks(Remarks remarks, long nowMillis) {
        List<RunEvent> due = new ArrayList<>();
        runs.replaceAll((run, heard) -> {
            long silent = nowMillis - heard.atMillis;
            if (silent < FIRST_MILLIS || silent < 2 * heard.toldMillis) {
                return heard;
            }
            due.add(remarks.about(
                    heard.origin,
                    heard.step,
                    nowMillis,
                    RunEvent.Kind.TICK,
                    Map.of("silent_seconds", Long.toString(silent / 1000))));
            changed.add(run);
            return new Heard(heard.origin, heard.step, heard.atMillis, silent);
        });
        return due;
    }
}
