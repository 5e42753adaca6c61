package observatory.analysis.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * When a log was begun and last written, by the files it is in: what a log that tells no time has instead. Read once more,
 * it tells the same as long as nothing was written, and its beginning always. Never later than now.
 */
final class Written {
    private static final Duration FRESH = Duration.ofMillis(100);

    private final LogSource source;
    private final InstantSource clock;
    private Instant looked = Instant.MIN;
    private Instant first;
    private Instant last;

    Written(LogSource source, InstantSource clock) {
        this.source = source;
        this.clock = clock;
    }

    Instant first() {
        look();
        return first;
    }

    Instant last() {
        look();
        return last;
    }

    private void look() {
        Instant now = clock.instant();
        if (looked.isAfter(now.minus(FRESH)) && !looked.isAfter(now)) {
            return;
        }
        looked = now;
        Instant begun = now;
        Instant written = Instant.EPOCH;
        try {
            for (Path file : source.files()) {
                BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
                Instant modified = about.lastModifiedTime().toInstant();
                written = later(written, modified);
                // A copy may keep the time at which the file was written, and is itself made later.
                begun = earlier(begun, earlier(modified, about.creationTime().toInstant()));
            }
            first = begun;
            last = written.equals(Instant.EPOCH) ? now : earlier(written, now);
        } catch (IOException | LogException e) {
            first = first == null ? now : first; // it is just being replaced
            last = now;
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
