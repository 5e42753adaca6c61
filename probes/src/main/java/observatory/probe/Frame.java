package observatory.probe;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** All that was measured in one step of one rank. */
public record Frame(
        Origin origin, long seq, long step, Instant time, Scalars scalars, Sites sites, Optional<Batch> batch)
        implements Telemetry {
    public Frame {
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(scalars, "scalars");
        Objects.requireNonNull(sites, "sites");
        Objects.requireNonNull(batch, "batch");
    }
}
