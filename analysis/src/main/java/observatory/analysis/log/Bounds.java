package observatory.analysis.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;

/**
 * Puts the events before the first frame of each incarnation and behind its last where the log has none of its own, and
 * a time on frames that have none: that at which the log was written. An end comes from a writer of its own, because
 * the next number of the log's belongs to the step by which the log grows; it follows from what it ends, so that the same
 * log says the same again. Of a run that is sent by its own trainer neither is said: what is read is a copy of what that
 * says.
 */
final class Bounds implements Consumer<Telemetry> {
    private final String format;
    private final Written written;
    private final Set<RunId> watched;
    private final Consumer<? super Telemetry> sink;
    private final Map<Place, Incarnation> newest = new LinkedHashMap<>();
    private long frames;

    /** Whose incarnations follow one another. */
    private record Place(RunId run, int rank) {
        private static Place of(Telemetry item) {
            return new Place(item.origin().run(), item.origin().rank());
        }
    }

    /** How far the newest incarnation of a rank has come, and whether its end has been told. */
    private record Incarnation(Origin origin, long seq, long step, Instant time, boolean ended) {
        private static Incarnation at(Telemetry last, boolean ended) {
            return new Incarnation(last.origin(), last.seq(), last.step(), last.time(), ended);
        }

        private RunEvent end(String reason) {
            String writer =
                    origin.run().value() + "#" + origin.incarnation() + "/" + origin.rank() + "@" + seq + " " + reason;
            Origin own = new Origin(
                    origin.run(),
                    origin.incarnation(),
                    UUID.nameUUIDFromBytes(writer.getBytes(StandardCharsets.UTF_8)),
                    origin.rank());
            return RunEvent.of(own, 0, step, time, RunEvent.Kind.END, Map.of("reason", reason));
        }
    }

    /**
     * @param format name of the format, which the beginning tells
     * @param watched runs that their own trainers send
     */
    Bounds(String format, Written written, Set<RunId> watched, Consumer<? super Telemetry> sink) {
        this.format = format;
        this.written = written;
        this.watched = watched;
        this.sink = sink;
    }

    @Override
    public void accept(Telemetry item) {
        switch (item) {
            case Frame frame -> accept(frame);
            case RunEvent event -> accept(event);
        }
    }

    /** Ends what has not ended: nothing more is handed over now. */
    void end(String reason) {
        for (Incarnation one : new ArrayList<>(newest.values())) {
            end(one, reason);
        }
    }

    /** Frames handed over. */
    long frames() {
        return frames;
    }

    private void accept(Frame read) {
        boolean timeless = read.time().equals(Instant.EPOCH);
        Frame frame = timeless ? at(written.last(), read) : read;
        Incarnation known = succeeded(frame);
        if (frame.seq() == FrameWriter.FIRST
                && !watched.contains(frame.origin().run())
                && (known == null || !known.origin().equals(frame.origin()))) {
            Instant time = timeless ? written.first() : frame.time();
            long before = FrameWriter.FIRST - 1;
            Map<String, String> details = Map.of("log", format);
            sink.accept(RunEvent.of(frame.origin(), before, frame.step(), time, RunEvent.Kind.START, details));
        }
        sink.accept(frame);
        frames++;
        remember(frame, false);
    }

    private void accept(RunEvent event) {
        switch (event.kind()) {
            case START -> {
                succeeded(event);
                sink.accept(event);
                remember(event, false);
            }
            case END -> {
                sink.accept(event);
                remember(event, true);
            }
            default -> sink.accept(event);
        }
    }

    /** The incarnation that goes on with this item; null where it begins one, and then the one before has ended. */
    private Incarnation succeeded(Telemetry item) {
        Incarnation known = newest.get(Place.of(item));
        if (known != null && known.origin().incarnation() < item.origin().incarnation()) {
            end(known, "stopped: the run begins again at step " + item.step());
            return null;
        }
        return known;
    }

    private void end(Incarnation one, String reason) {
        if (!one.ended() && !watched.contains(one.origin().run())) {
            RunEvent end = one.end(reason);
            sink.accept(end);
            remember(end, true);
        }
    }

    private void remember(Telemetry last, boolean ended) {
        newest.merge(
                Place.of(last),
                Incarnation.at(last, ended),
                (known, now) -> now.origin().incarnation() < known.origin().incarnation() ? known : now);
    }

    private static Frame at(Instant time, Frame frame) {
        return new Frame(
                frame.origin(), frame.seq(), frame.step(), time, frame.scalars(), frame.sites(), frame.batch());
    }
}
