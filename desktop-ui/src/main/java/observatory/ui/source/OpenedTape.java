package observatory.ui.source;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import observatory.analysis.RunWatch;
import observatory.analysis.log.LogFormat;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.ui.Connection;
import observatory.ui.Source;
import observatory.ui.data.Recording;

/**
 * A log that is read on a thread of its own, so that its first screen is there before its last line. Short ones can be
 * replayed when they are read.
 */
public final class OpenedTape implements Source {
    private final Path path;
    private final Optional<LogFormat> format;
    private final RunWatch watch;
    private final List<Telemetry> kept = new ArrayList<>();
    private volatile Recording recording;
    private volatile boolean done;
    private volatile int asked;
    private volatile String trouble = "";
    private volatile Tape tape;
    private volatile Replay replay;

    private OpenedTape(RunId run, Path path, Optional<LogFormat> format) {
        this.path = path;
        this.format = format;
        this.recording = new Recording(run);
        this.watch = RunWatch.of(run);
    }

    /** @param format its name, where the content does not tell */
    public static OpenedTape open(Path path, Optional<LogFormat> format) {
        Path name = path.toAbsolutePath().normalize().getFileName();
        OpenedTape opened = new OpenedTape(RunId.near(name == null ? "log" : name.toString()), path, format);
        Thread.ofPlatform().name("observatory-tape").daemon().start(opened::read);
        return opened;
    }

    private void read() {
        try {
            tape = Tape.read(path, format, this::take);
            if (recording.frames().empty()) {
                trouble = "no step could be read from " + path + " as " + tape.format() + ". "
                        + String.join(" ", tape.remarks());
            }
            watch.finish();
            watch.incidents().forEach(recording::accept);
            if (!kept.isEmpty() && kept.size() <= Replay.LONGEST) {
                // A spike log knows the name of its run; a foreign log has only that of its file.
                replay = new Replay(kept.getFirst().origin().run(), kept);
            }
        } catch (IOException | RuntimeException | Error e) { // out of memory too: else it would be taken for whole
            trouble = unreadable(e);
        } finally {
            done = true;
        }
    }

    /** What is said of a log that cannot be read, or not to its end. */
    private String unreadable(Throwable e) {
        return e instanceof IOException
                ? e.getMessage()
                : "reading " + path + " failed: " + e + "; what was read until then is shown";
    }

    private void take(Telemetry item) {
        recording.accept(item);
        watch.accept(item).forEach(recording::accept);
        if (kept.size() <= Replay.LONGEST) {
            kept.add(item);
        }
    }

    @Override
    public Recording recording() {
        return recording;
    }

    @Override
    public Connection connection() {
        if (!done) {
            return new Connection(Connection.State.READING, Duration.ZERO);
        }
        return recording.frames().empty()
                ? new Connection(Connection.State.UNREADABLE, Duration.ZERO)
                : Connection.recording();
    }

    /** Reads the file once more; incidents stay, because the detectors have judged all ranks. */
    @Override
    public boolean showRank(int rank) {
        if (!done) {
            return false;
        }
        asked = rank;
        Recording other = new Recording(recording.run(), OptionalInt.of(rank));
        recording.incidents().forEach(other::accept);
        Thread.ofPlatform().name("observatory-tape").daemon().start(() -> {
            try {
                Tape.read(path, format, other::accept);
                if (asked == rank) { // else somebody has asked for yet another meanwhile
                    recording = other;
                }
            } catch (IOException | RuntimeException | Error e) {
                trouble = unreadable(e);
            }
        });
        return true;
    }

    /** What is found while a log is read was there before. */
    @Override
    public boolean caughtUp() {
        return done;
    }

    public boolean done() {
        return done;
    }

    @Override
    public String trouble() {
        return trouble;
    }

    /** What is known of the file once it is read. */
    public Optional<Tape> tape() {
        return Optional.ofNullable(tape);
    }

    /** The replay of what was read, once that is done and where it is short enough. */
    public Optional<Replay> replay() {
        return done ? Optional.ofNullable(replay) : Optional.empty();
    }
}
