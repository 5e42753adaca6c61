package observatory.analysis.alert;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps an Alertmanager informed, which forgets what it is not told again: everything that fires, what was resolved in
 * the last quarter of an hour, and the watchdog; at every change, and every minute without one. It groups, inhibits and
 * deduplicates by itself, so nothing is kept back here and nothing waits in an outbox: after any outage it is told the
 * state of then. It tells nobody of an alert that it only knows as resolved, so each fires there for a while first.
 */
final class StatePush {
    private static final Duration AGAIN = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    /** Its own {@code group_interval}, unless changed: so long it may take until it looks at what has joined a group. */
    static final Duration LEAST_FIRING = Duration.ofMinutes(5);

    private static final String STATE = "state";

    private final String name;
    private final Receiver receiver;
    private final AlertStore store;
    private final InstantSource clock;
    private final Alert watchdog;
    private Group known;
    private List<Alert> last = List.of();
    private Instant due = Instant.MIN;
    private int failures;

    StatePush(String name, Receiver receiver, AlertStore store, InstantSource clock) throws SQLException {
        this.name = name;
        this.receiver = receiver;
        this.store = store;
        this.clock = clock;
        this.watchdog = Alerts.watchdog(clock.instant());
        this.known = store.told(name).getOrDefault(STATE, Group.unknown());
    }

    /** Tells if it is time to, or something changed. */
    void run(List<Tracked> state) throws SQLException {
        Instant now = clock.instant();
        List<Alert> alerts =
                state.stream().flatMap(one -> shown(one, state, now).stream()).toList();
        boolean changed = !alerts.equals(last);
        if (now.isBefore(due) && (failures > 0 || !changed)) {
            return;
        }
        List<Alert> all = new ArrayList<>(alerts);
        all.add(watchdog);
        switch (receiver.tell(new Notification(STATE, new TreeMap<>(), all, 0))) {
            case Outcome.Delivered _ -> {
                last = alerts;
                due = now.plus(AGAIN);
                failures = 0;
                remember(alerts, now);
            }
            case Outcome.Later later -> later(later.pause());
            // A body that is refused now may be taken when the alerts are others, so it is not given up.
            case Outcome.Refused _ -> later(LONGEST);
        }
    }

    /** An alert as it is told; not at all where another took its place before it could be. */
    private Optional<Alert> shown(Tracked one, List<Tracked> state, Instant now) {
        Alert alert = one.alert();
        Optional<Told> told = known.told(alert);
        boolean missed = Told.missed(told.orElse(null), alert);
        if (one.replaced(state)) {
            return missed ? Optional.empty() : Optional.of(alert);
        }
        boolean justTold = told.filter(Told::firing)
                .filter(before -> now.isBefore(before.at().plus(LEAST_FIRING)))
                .isPresent();
        return Optional.of(missed || justTold ? alert.firing() : alert);
    }

    private void remember(List<Alert> alerts, Instant now) throws SQLException {
        SortedMap<String, Told> told = new TreeMap<>();
        alerts.forEach(alert -> told.put(
                alert.fingerprint(),
                known.told(alert).filter(before -> before.stillSaid(alert)).orElseGet(() -> Told.of(alert, now))));
        Group group = Group.unknown().with(told);
        if (!group.equals(known)) {
            store.keepTold(name, new TreeMap<>(Map.of(STATE, group)));
            known = group;
        }
    }

    private void later(Duration pause) {
        Duration backOff = Duration.ofSeconds(1L << Math.min(failures++, 5));
        Duration longer = backOff.compareTo(pause) > 0 ? backOff : pause;
        due = clock.instant().plus(longer.compareTo(LONGEST) > 0 ? LONGEST : longer);
    }
}
