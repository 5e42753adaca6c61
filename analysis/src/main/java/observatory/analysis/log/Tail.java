package observatory.analysis.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import observatory.probe.RunId;
import observatory.probe.Telemetry;

/**
 * Follows a log while its run goes on: waits until it is there and its format can be told, hands over what it has, and
 * then each step as it is written. Every incarnation begins with a {@code START} event and closes with an {@code END},
 * the last of them where reading stops: the run may go on, unwatched. Following the same log again hands over the same
 * items under the same numbers, so whoever has them already drops them.
 */
public final class Tail {
    private static final Duration POLL = Duration.ofMillis(200);

    private static final String WHOLE = "detached: log read to its end";
    private static final String LET_GO = "detached: log no longer followed";
    private static final String DAMAGED = "detached: log damaged from here on";

    private final LogSource source;
    private final Optional<LogFormat> format;
    private final BooleanSupplier wanted;
    private final Consumer<String> notice;
    private final InstantSource clock;
    private final Supplier<Set<RunId>> watched;

    public Tail(
            LogSource source,
            Optional<LogFormat> format,
            BooleanSupplier wanted,
            Consumer<String> notice,
            InstantSource clock) {
        this(source, format, wanted, notice, clock, Set::of);
    }

    /**
     * @param wanted false when reading is to end
     * @param notice told, in a sentence, what is waited for or went wrong for now
     * @param clock no frame is later than this, when its log tells no time and was written later
     * @param watched runs that their own trainers send to where this goes too: a recording of one ends nothing; asked
     * of recordings alone, before they are read
     */
    public Tail(
            LogSource source,
            Optional<LogFormat> format,
            BooleanSupplier wanted,
            Consumer<String> notice,
            InstantSource clock,
            Supplier<Set<RunId>> watched) {
        this.source = source;
        this.format = format;
        this.wanted = wanted;
        this.notice = notice;
        this.clock = clock;
        this.watched = watched;
    }

    /** Follows until nobody wants it any more; nothing where the log never came. */
    public Optional<Reading> follow(Consumer<? super Telemetry> sink) {
        return awaitFormat().map(found -> {
            notice.accept("reading " + source.path() + " as " + found.name());
            return ended(
                    bounds(found, sink),
                    each -> found.rewritten()
                            ? again(found, each)
                            : found.read(source.following(new Follower(wanted)), each));
        });
    }

    /** Reads what there is now, once; less where nobody wants it any more. */
    public Reading read(Consumer<? super Telemetry> sink) {
        LogFormat found = LogFormats.find(source.path(), format);
        return ended(bounds(found, sink), each -> found.read(source.soFar(), each));
    }

    private Bounds bounds(LogFormat found, Consumer<? super Telemetry> sink) {
        Set<RunId> others = found instanceof SpikeLogFile ? watched.get() : Set.of();
        return new Bounds(found.name(), new Written(source, clock), others, sink);
    }

    /**
     * Reads, and says at its end that nobody looks at the log any more. What comes when nothing is wanted any more is
     * left to the next reading, from its first item on.
     */
    private Reading ended(Bounds bounds, Function<Consumer<Telemetry>, Reading> reader) {
        try {
            Reading reading = reader.apply(item -> {
                if (!wanted.getAsBoolean()) {
                    throw new CancellationException("nobody wants what is read from " + source.path());
                }
                bounds.accept(item);
            });
            bounds.end(!wanted.getAsBoolean() ? LET_GO : reading.partial() ? DAMAGED : WHOLE);
            return new Reading(bounds.frames(), reading.skipped(), reading.partial(), reading.remarks());
        } catch (CancellationException letGo) {
            bounds.end(LET_GO);
            return new Reading(bounds.frames(), 0, List.of());
        } catch (LogException damage) {
            bounds.end(DAMAGED);
            throw damage;
        }
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
        String told = "";
        while (wanted.getAsBoolean()) {
            try {
                List<Version> now = Version.of(source.files());
                if (!now.equals(before)) {
                    before = now;
                    last = found.read(source.still(), item -> {
                        if (item.seq() > seen.getOrDefault(item.origin().writer(), Long.MIN_VALUE)) {
                            seen.put(item.origin().writer(), item.seq());
                            sink.accept(item);
                        }
                    });
                    told = "";
                }
            } catch (LogException whileWritten) {
                if (!told.equals(whileWritten.getMessage())) {
                    told = whileWritten.getMessage();
                    notice.accept(told + "; reading again when it changes");
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
}
