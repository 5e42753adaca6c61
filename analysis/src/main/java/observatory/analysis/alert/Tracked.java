package observatory.analysis.alert;

import java.time.Instant;
import java.util.List;

/**
 * An alert and where it stands. Its clock has two hands: steps of the run, and seconds.
 *
 * @param incident number of the incident within its run that it tells of
 * @param since when this phase began
 */
public record Tracked(Alert alert, Phase phase, int incident, Moment since) {
    /** Where an alert stands. */
    public enum Phase {
        /** Waits for its {@code for}. */
        PENDING,
        FIRING,
        /** Its incident is over, and {@code keep_firing_for} is not. */
        RECOVERING,
        RESOLVED;

        /** Whether it is told as firing. */
        public boolean fires() {
            return this == FIRING || this == RECOVERING;
        }
    }

    /** A step of the run and an instant. */
    public record Moment(long step, Instant time) {
        /** Whether so much has passed by now, in both. */
        boolean passed(Span span, Moment now) {
            return now.step - step >= span.steps() && !now.time.isBefore(time.plusSeconds(span.seconds()));
        }
    }

    /** A length in steps and in seconds; both must pass. */
    public record Span(long steps, long seconds) {
        public static final Span NONE = new Span(0, 0);

        public Span {
            if (steps < 0 || seconds < 0) {
                throw new IllegalArgumentException("a span is 0 or more: steps=" + steps + ", seconds=" + seconds);
            }
        }
    }

    /** Whether it is over only because its incident goes on as another alert: another kind, or another severity. */
    boolean replaced(List<Tracked> all) {
        return phase == Phase.RESOLVED && all.stream().anyMatch(this::replacedBy);
    }

    private boolean replacedBy(Tracked other) {
        return other.incident == incident
                && other.phase != Phase.PENDING
                && alert.sameRun(other.alert)
                && !alert.fingerprint().equals(other.alert.fingerprint())
                && !other.alert.startsAt().isBefore(alert.endsAt().orElseThrow());
    }

    Tracked with(Alert newer) {
        return new Tracked(newer, phase, incident, since);
    }

    Tracked in(Phase next, Moment now) {
        return new Tracked(alert, next, incident, now);
    }
}
