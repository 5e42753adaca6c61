package observatory.analysis.alert;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import observatory.analysis.Severity;

/** Decides, for one receiver, which groups are told now: after a wait, when they change, and again after long. Pure. */
final class Grouping {
    private final Policy policy;
    private final List<String> by;
    private final Severity least;

    /** @param by the labels whose values make a group */
    Grouping(Policy policy, List<String> by, Severity least) {
        this.policy = policy;
        this.by = by;
        this.least = least;
    }

    /** The groups as they are now known, and what is to be told. */
    record Round(SortedMap<String, Group> groups, List<Notification> notifications) {}

    /** @param silenced alerts that somebody silenced */
    Round round(SortedMap<String, Group> known, List<Tracked> all, Predicate<Alert> silenced, Instant now) {
        List<Alert> quieting = policy.quieting(all);
        SortedMap<String, List<Alert>> alerts = new TreeMap<>();
        for (Tracked one : all) {
            Alert alert = one.alert();
            boolean told = one.phase().fires()
                    ? !policy.inhibited(alert, quieting) && !silenced.test(alert)
                    : one.phase() == Tracked.Phase.RESOLVED && (wasTold(known, alert) || !silenced.test(alert));
            if (told && Policy.atLeast(alert, least)) {
                alerts.computeIfAbsent(key(alert), k -> new ArrayList<>()).add(alert);
            }
        }
        SortedMap<String, Group> groups = new TreeMap<>();
        List<Notification> notifications = new ArrayList<>();
        alerts.forEach((key, of) -> groups.put(key, tell(known.get(key), of, notifications, now)));
        return new Round(groups, notifications);
    }

    private Group tell(Group known, List<Alert> alerts, List<Notification> notifications, Instant now) {
        Group group = known == null ? Group.begun(now) : known;
        SortedMap<String, String> current = new TreeMap<>();
        alerts.forEach(alert -> current.put(alert.fingerprint(), alert.resolved() ? "resolved" : "firing"));
        boolean differs = group.differs(current);
        boolean fires = current.containsValue("firing");
        if (!differs && !fires || now.isBefore(group.due(differs, policy.timing()))) {
            return group;
        }
        List<Alert> shown = alerts.stream()
                .filter(alert -> !alert.resolved()
                        || !"resolved".equals(group.told().get(alert.fingerprint())) && !replaced(alert, alerts))
                .toList();
        int repeat = differs ? 0 : group.repeat() + 1;
        if (!shown.isEmpty()) {
            notifications.add(Notification.of(labels(alerts.getFirst()), shown, repeat));
        }
        return new Group(group.first(), Optional.of(now), current, repeat);
    }

    /** Whether an alert is only over because the same one now fires with another severity. */
    private static boolean replaced(Alert alert, List<Alert> all) {
        return all.stream()
                .anyMatch(other -> !other.resolved()
                        && other.name().equals(alert.name())
                        && same(other.labels(), alert.labels(), Alert.RUN));
    }

    private static boolean same(Map<String, String> a, Map<String, String> b, String label) {
        return a.getOrDefault(label, "").equals(b.getOrDefault(label, ""));
    }

    private boolean wasTold(SortedMap<String, Group> known, Alert alert) {
        Group group = known.get(key(alert));
        return group != null && group.told().containsKey(alert.fingerprint());
    }

    private String key(Alert alert) {
        return labels(alert).toString();
    }

    private SortedMap<String, String> labels(Alert alert) {
        SortedMap<String, String> labels = new TreeMap<>();
        by.forEach(label -> labels.put(label, alert.labels().getOrDefault(label, "")));
        return labels;
    }
}
