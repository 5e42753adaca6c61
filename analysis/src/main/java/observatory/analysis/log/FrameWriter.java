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

/** Numbers the frames of a log and tells whose they are. The same log gives the same frames, to the last bit. */
final class FrameWriter {
    private final RunId run;
    private final UUID writer;
    private final Consumer<Frame> sink;
    private Origin origin;
    private long seq;
    private long written;

    FrameWriter(String name, Consumer<Frame> sink) {
        this.run = RunId.near(name);
        this.writer = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        this.sink = sink;
        this.origin = new Origin(run, 0, writer, 0);
    }

    void write(long step, Instant time, Scalars scalars) {
        sink.accept(new Frame(origin, seq++, step, time, scalars, Sites.none(), Optional.empty()));
        written++;
    }

    /** What follows belongs to a run that began again. */
    void nextIncarnation() {
        origin = new Origin(run, origin.incarnation() + 1, writer, 0);
        seq = 0;
    }

    int incarnation() {
        return origin.incarnation();
    }

    long written() {
        return written;
    }
}
