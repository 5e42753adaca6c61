package observatory.analysis;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;

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

    private final UUID writer = UUID.randomUUID();
    private final Map<RunId, Heard> runs = new HashMap<>();
    private long seq;

    void heard(Telemetry item, long nowMillis) {
        RunId run = item.origin().run();
        if (item instanceof RunEvent event) {
            if (event.kind() == RunEvent.Kind.TICK) {
                return;
            }
            if (event.kind() == RunEvent.Kind.END) {
                runs.remove(run);
                return;
            }
        }
        runs.put(run, new Heard(item.origin(), item.step(), nowMillis, 0));
    }

    /** The ticks that are due now. */
    List<RunEvent> ticks(long nowMillis) {
        List<RunEvent> due = new ArrayList<>();
        runs.replaceAll((run, heard) -> {
            long silent = nowMillis - heard.atMillis;
            if (silent < FIRST_MILLIS || silent < 2 * heard.toldMillis) {
                return heard;
            }
            Origin origin = new Origin(run, heard.origin.incarnation(), writer, heard.origin.rank());
            due.add(RunEvent.of(
                    origin,
                    seq++,
                    heard.step,
                    Instant.ofEpochMilli(nowMillis),
                    RunEvent.Kind.TICK,
                    Map.of("silent_seconds", Long.toString(silent / 1000))));
            return new Heard(heard.origin, heard.step, heard.atMillis, silent);
        });
        return due;
    }
}
