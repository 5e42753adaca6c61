package observatory.analysis.log;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Wall time as logs write it. It is for people only: what is no time says nothing about the values beside it. */
final class Clock {
    private static final Set<String> NAMES =
            Set.of("timestamp", "_timestamp", "created_at", "wall_time", "wall time", "datetime", "ts", "asctime");
    private static final double YEAR_2001 = 1e9;
    private static final double YEAR_5138 = 1e11;

    private Clock() {}

    static boolean isName(String tag) {
        return NAMES.contains(tag.toLowerCase(Locale.ROOT));
    }

    /** Seconds since 1970; empty where the number is something else, such as seconds since the run began. */
    static Optional<Instant> seconds(double value) {
        return value >= YEAR_2001 && value < YEAR_5138
                ? Optional.of(Instant.ofEpochMilli((long) (value * 1000)))
                : Optional.empty();
    }

    /** ISO 8601, with a blank for the T and with or without an offset; without one it is taken as UTC. */
    static Optional<Instant> parse(String text) {
        String iso = text.strip().replace(' ', 'T').replace(',', '.');
        if (iso.length() < 19 || iso.length() > 40) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    iso.matches(".*(Z|[+-]\\d\\d:?\\d\\d)$")
                            ? OffsetDateTime.parse(iso).toInstant()
                            : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException noTime) {
            return Optional.empty();
        }
    }
}
