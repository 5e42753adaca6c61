package observatory.analysis.alert;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import observatory.analysis.Severity;

/**
 * Decides, for one receiver, which groups are told now: after a wait, when they change, and again after long. What is
 * over before it was told is told as firing first, so that nobody hears of an end only. Pure.
 */
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
        List<Alert> sources = policy.sources(all);
        SortedMap<String, List<Tracked>> members = new TreeMap<>();
        for (Tracked one : all) {
            if (one.phase() != Tracked.Phase.PENDING && Policy.atLeast(one.alert(), least)) {
                members.computeIfAbsent(labels(one.alert()).toString(), k -> new ArrayList<>())
                        .add(one);
            }
        }
        SortedMap<String, Group> groups = new TreeMap<>();
        List<Notification> notifications = new ArrayList<>();
        members.forEach((key, of) -> {
            Group group = known.getOrDefault(key, Group.unknown());
            News news = new News(group, now);
            of.forEach(one -> news.add(
                    one, policy.inhibited(one.alert(), sources) || silenced.test(one.alert()), one.replaced(all)));
            if (!news.current.isEmpty()) {
                groups.put(key, tell(group, news, labels(of.getFirst().alert()), notifications));
            }
        });
        return new Round(groups, notifications);
    }

    private Group tell(Group before, News news, SortedMap<String, String> labels, List<Notification> notifications) {
        Group settled = before.with(news.settled);
        if (!news.differs && before.last().isEmpty()) {
            return settled.waiting(Optional.empty());
        }
        Group group = settled.waiting(before.first().or(() -> Optional.of(news.now)));
        if (!news.differs && !news.fires || news.now.isBefore(group.due(news.differs, policy.timing()))) {
            return group;
        }
        int repeat = news.differs ? 0 : group.repeat() + 1;
        notifications.add(Notification.of(labels, news.shown, repeat));
        return new Group(group.first(), Optional.of(news.now), news.current, repeat);
    }

    /** What a group would be told now. */
    private static final class News {
        private final Group group;
        private final Instant now;
        private final List<Alert> shown = new ArrayList<>();
        /** What the receiver knows once it is told. */
        private final SortedMap<String, Told> current = new TreeMap<>();
        /** What it need not be told, because it is over and was kept quiet. */
        private final SortedMap<String, Told> settled = new TreeMap<>();

        private boolean differs;
        private boolean fires;

        News(Group group, Instant now) {
            this.group = group;
            this.now = now;
        }

        void add(Tracked one, boolean quiet, boolean replaced) {
            Alert alert = one.alert();
            Optional<Told> told = group.told(alert);
            if (Told.missed(told.orElse(null), alert)) {
                if (quiet || replaced) {
                    current.put(alert.fingerprint(), Told.of(alert, now));
                    settled.put(alert.fingerprint(), Told.of(alert, now));
                } else {
                    show(alert.firing());
                    differs = true;
                }
            } else if (alert.resolved()) {
                if (told.filter(Told::firing).isPresent()) {
                    show(alert);
                    differs = true;
                } else {
                    current.put(alert.fingerprint(), told.orElseThrow());
                }
            } else if (quiet) {
                told.ifPresent(before -> current.put(alert.fingerprint(), before));
            } else {
                show(alert);
                differs |= told.filter(Told::firing).isEmpty();
                fires = true;
            }
        }

        private void show(Alert alert) {
            shown.add(alert);
            current.put(alert.fingerprint(), Told.of(alert, now));
        }
    }

    private SortedMap<String, String> labels(Alert alert) {
        SortedMap<String, String> labels = new TreeMap<>();
        by.forEach(label -> labels.put(label, alert.labels().getOrDefault(label, "")));
        return labels;
    }
}
