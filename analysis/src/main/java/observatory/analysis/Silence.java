package observatory.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.DeadLetters;

/**
 * Knows which runs say nothing, and how long. It only measures: what it finds becomes a recorded tick, and a detector
 * judges the tick. It forgets everything with its process, which delays a tick and loses none that matters.
 */
final class Silence {
    static final long EVERY_MILLIS = 5_000;
    /** A tick says that this much time has passed in silence; then again at twice, four times, and so on. */
    private static final long FIRST_MILLIS = 30_000;

    /** The last that was heard of a run, by our clock, and the silence that was told last. */
    private record Heard(Origin origin, long step, long atMillis, long toldMillis) {}

    private final Map<RunId, Heard> runs = new HashMap<>();

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
                return;
            }
        }
        runs.put(run, new Heard(item.origin(), item.step(), nowMillis, 0));
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
            return new Heard(heard.origin, heard.step, heard.atMillis, silent);
        });
        return due;
    }
}
