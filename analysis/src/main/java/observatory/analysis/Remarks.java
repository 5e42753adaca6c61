package observatory.analysis;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import observatory.probe.Origin;
import observatory.probe.RunEvent;

/**
 * What the analysis itself writes between the telemetry of runs, under a writer of its own and numbered for each origin
 * without gaps, so that readers neither miss nor double any of it.
 */
final class Remarks {
    private final UUID writer = UUID.randomUUID();
    private final Map<Origin, Long> next = new HashMap<>();

    /** An event beside what a run said; {@code of} says which run, incarnation and rank. */
    RunEvent about(Origin of, long step, long nowMillis, RunEvent.Kind kind, Map<String, String> details) {
        Origin own = new Origin(of.run(), of.incarnation(), writer, of.rank());
        long seq = next.merge(own, 1L, Long::sum) - 1;
        return RunEvent.of(own, seq, step, Instant.ofEpochMilli(nowMillis), kind, details);
    }
}
