package observatory.analysis.alert;

import java.time.Instant;

/**
 * What a receiver was last told of an alert.
 *
 * @param startsAt when the alert began, because one that comes back is told anew
 * @param at when it was first told this
 */
record Told(boolean firing, Instant startsAt, Instant at) {
    static Told of(Alert alert, Instant now) {
        return new Told(!alert.resolved(), alert.startsAt(), now);
    }

    /** Whether an alert is over that the receiver never heard of: it is told that it fires, and only then its end. */
    static boolean missed(Told told, Alert alert) {
        return alert.resolved() && (told == null || !told.firing && !told.startsAt.equals(alert.startsAt()));
    }

    /** Whether telling an alert now is telling this once more. */
    boolean stillSaid(Alert alert) {
        return firing ? !alert.resolved() : alert.resolved() && startsAt.equals(alert.startsAt());
    }
}
