package observatory.stream;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;

/** Plain telemetry for tests, numbered. */
final class Frames {
    private Frames() {}

    static Origin origin(String run, UUID writer) {
        return new Origin(new RunId(run), 0, writer, 0);
    }

    static Frame frame(Origin origin, long seq) {
        Scalars scalars =
                new Scalars.Builder().put(Scalars.LOSS, 5.0 / (seq + 1)).build();
        return new Frame(origin, seq, seq, Instant.EPOCH.plusSeconds(seq), scalars, Sites.none(), Optional.empty());
    }

    static RunEvent event(Origin origin, long seq, RunEvent.Kind kind) {
        return RunEvent.of(origin, seq, seq, Instant.EPOCH.plusSeconds(seq), kind, Map.of("model", "tiny"));
    }
}
