package observatory.probe;

import java.time.Instant;

/**
 * What leaves a trainer: frames, and events of the run between them. Both are numbered from one counter of their
 * origin, so {@code (origin, seq)} tells duplicates and gaps, and all of a run is one sequence. Wall time is for people
 * and never for order.
 */
public sealed interface Telemetry permits Frame, RunEvent {
    Origin origin();

    long seq();

    long step();

    Instant time();
}
