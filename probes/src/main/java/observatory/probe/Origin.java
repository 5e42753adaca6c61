package observatory.probe;

import java.util.Objects;
import java.util.UUID;

/**
 * Who wrote a piece of telemetry. A run that is restarted gets a new incarnation; {@code writer} is drawn anew by
 * every process, because two processes may claim one run.
 */
public record Origin(RunId run, int incarnation, UUID writer, int rank) {
    public Origin {
        Objects.requireNonNull(run, "run");
        Objects.requireNonNull(writer, "writer");
        if (incarnation < 0 || rank < 0) {
            throw new IllegalArgumentException(
                    "incarnation and rank count from 0: incarnation=" + incarnation + ", rank=" + rank);
        }
    }
}
