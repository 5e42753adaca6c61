package observatory.analysis.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.probe.Telemetry;

/** Numbers the frames of a log and tells whose they are. The same log gives the same frames, to the last bit. */
final class FrameWriter {
    /** The number of the first frame; the one before it is that of the event with which a run begins. */
    static final long FIRST = 1;

    private final RunId run;
    private final Consumer<? super Telemetry> sink;
    private Origin origin;
    private long seq = FIRST;
    private long written;

    FrameWriter(String name, Consumer<? super Telemetry> sink) {
        this.run = RunId.near(name);
        this.sink = sink;
        this.origin = origin(0);
    }

    void write(long step, Instant time, Scalars scalars) {
        write(step, time, scalars, Sites.none());
    }

    void write(long step, Instant time, Scalars scalars, Sites sites) {
        sink.accept(new Frame(origin, seq++, step, time, scalars, sites, Optional.empty()));
        written++;
    }

    /** What follows belongs to a run that began again. */
    void nextIncarnation() {
        origin = origin(origin.incarnation() + 1);
        seq = FIRST;
    }

    /** A run that began again was written by another process, which has numbers of its own. */
    private Origin origin(int incarnation) {
        String process = run.value() + "#" + incarnation;
        return new Origin(run, incarnation, UUID.nameUUIDFromBytes(process.getBytes(StandardCharsets.UTF_8)), 0);
    }

    int incarnation() {
        return origin.incarnation();
    }

    long written() {
        return written;
    }
}
