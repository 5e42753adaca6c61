package observatory.analysis.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Keeps an Alertmanager informed, which forgets what it is not told again: everything that fires, what was resolved in
 * the last quarter of an hour, and the watchdog; at every change, and every minute without one. It groups, inhibits and
 * deduplicates by itself, so nothing is kept back here and nothing waits in an outbox: after any outage it is told the
 * state of then.
 */
final class StatePush {
    private static final Duration AGAIN = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final Receiver receiver;
    private final InstantSource clock;
    private final Alert watchdog;
    private List<Alert> last = List.of();
    private Instant due = Instant.MIN;
    private int failures;

    StatePush(Receiver receiver, InstantSource clock) {
        this.receiver = receiver;
        this.clock = clock;
        this.watchdog = Alerts.watchdog(clock.instant());
    }

    /** Tells if it is time to, or something changed. */
    void run(List<Alert> alerts) {
        Instant now = clock.instant();
        boolean changed = !alerts.equals(last);
        if (now.isBefore(due) && (failures > 0 || !changed)) {
            return;
        }
        List<Alert> all = new ArrayList<>(alerts);
        all.add(watchdog);
        switch (receiver.tell(new Notification("state", new TreeMap<>(), all, 0))) {
            case Outcome.Delivered _ -> {
                last = List.copyOf(alerts);
                due = now.plus(AGAIN);
                failures = 0;
            }
            case Outcome.Later later -> later(later.pause());
            // A body that is refused now may be taken when the alerts are others, so it is not given up.
            case Outcome.Refused _ -> later(LONGEST);
        }
    }

    private void later(Duration pause) {
        Duration backOff = Duration.ofSeconds(1L << Math.min(failures++, 5));
        Duration longer = backOff.compareTo(pause) > 0 ? backOff : pause;
        due = clock.instant().plus(longer.compareTo(LONGEST) > 0 ? LONGEST : longer);
    }
}
