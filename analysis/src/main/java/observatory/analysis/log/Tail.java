package observatory.analysis.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Telemetry;

/**
 * Follows a log while its run goes on: waits until it is there and its format can be told, hands over what it has, and
 * then each step as it is written. Every incarnation begins with a {@code START} event. Following the same log again
 * hands over the same items under the same numbers, so whoever has them already drops them.
 */
public final class Tail {
    private static final Duration POLL = Duration.ofMillis(200);

    private final LogSource source;
    private final Optional<LogFormat> format;
    private final BooleanSupplier wanted;
    private final Consumer<String> notice;
    private final InstantSource clock;

    /**
     * @param wanted false when following is to end
     * @param notice told, in a sentence, what is waited for or went wrong for now
     * @param clock of frames whose log tells no time: they are given that at which they were read
     */
    public Tail(
            LogSource source,
            Optional<LogFormat> format,
            BooleanSupplier wanted,
            Consumer<String> notice,
            InstantSource clock) {
        this.source = source;
        this.format = format;
        this.wanted = wanted;
        this.notice = notice;
        this.clock = clock;
    }

    /** Follows until nobody wants it any more; nothing where the log never came. */
    public Optional<Reading> follow(Consumer<? super Telemetry> sink) {
        return awaitFormat().map(found -> {
            notice.accept("reading " + source.path() + " as " + found.name());
            Beginnings beginnings = new Beginnings(found.name(), clock, sink);
            return found.rewritten()
                    ? again(found, beginnings)
                    : found.read(source.following(new Follower(wanted)), beginnings);
        });
    }

    /** Reads what there is now, once. */
    public Reading read(Consumer<? super Telemetry> sink) {
        LogFormat found = LogFormats.find(source.path(), format);
        return found.read(source.still(), new Beginnings(found.name(), clock, sink));
    }

    private Optional<LogFormat> awaitFormat() {
        String told = "";
        while (true) {
            try {
                return Optional.of(LogFormats.find(source.path(), format));
            } catch (LogException notYet) {
                boolean never = format.isPresent() && Files.exists(source.path());
                if (never || !wanted.getAsBoolean()) {
                    throw notYet;
                }
                if (!told.equals(notYet.reason())) {
                    told = notYet.reason();
                    notice.accept("waiting for " + source.path() + ": " + told);
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
            if (!wanted.getAsBoolean()) {
                return Optional.empty();
            }
        }
    }

    /** Reads a log that is written anew each time anew each time, and hands on what was not in it before. */
    private Reading again(LogFormat found, Consumer<Telemetry> sink) {
        Map<UUID, Long> seen = new HashMap<>();
        List<Version> before = List.of();
        Reading last = new Reading(0, 0, List.of());
        while (wanted.getAsBoolean()) {
            List<Version> now = Version.of(source.files());
            if (!now.equals(before)) {
                before = now;
                try {
                    last = found.read(source.still(), item -> {
                        if (item.seq() > seen.getOrDefault(item.origin().writer(), Long.MIN_VALUE)) {
                            seen.put(item.origin().writer(), item.seq());
                            sink.accept(item);
                        }
                    });
                } catch (LogException whileWritten) {
                    notice.accept(whileWritten.getMessage() + "; reading again when it changes");
                }
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return last;
    }

    /** What a file looked like when it was read. */
    private record Version(Path file, long size, FileTime time) {
        static List<Version> of(List<Path> files) {
            return files.stream().map(Version::of).toList();
        }

        static Version of(Path file) {
            try {
                Path log = file.resolveSibling(file.getFileName() + "-wal"); // where SQLite writes first
                Path newest = Files.exists(log) ? log : file;
                return new Version(file, Files.size(newest), Files.getLastModifiedTime(newest));
            } catch (IOException e) {
                throw new LogException(file, 0, e);
            }
        }
    }

    /** Puts the event before the first frame of each incarnation, and a time on frames that have none. */
    private record Beginnings(String format, InstantSource clock, Consumer<? super Telemetry> sink)
            implements Consumer<Telemetry> {
        @Override
        public void accept(Telemetry item) {
            switch (item) {
                case Frame frame -> accept(timed(frame));
                case RunEvent event -> sink.accept(event);
            }
        }

        private void accept(Frame frame) {
            if (frame.seq() == FrameWriter.FIRST) {
                long before = FrameWriter.FIRST - 1;
                Map<String, String> details = Map.of("log", format);
                sink.accept(
                        RunEvent.of(frame.origin(), before, frame.step(), frame.time(), RunEvent.Kind.START, details));
            }
            sink.accept(frame);
        }

        private Frame timed(Frame frame) {
            return frame.time().equals(Instant.EPOCH)
                    ? new Frame(
                            frame.origin(),
                            frame.seq(),
                            frame.step(),
                            clock.instant(),
                            frame.scalars(),
                            frame.sites(),
                            frame.batch())
                    : frame;
        }
    }
}
