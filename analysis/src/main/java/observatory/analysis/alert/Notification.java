package observatory.analysis.alert;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * What a receiver is told: alerts of one group.
 *
 * @param key for the receiver to see that it has been told already: the same alerts in the same state have the same key
 * @param omitted how many more alerts the group has than are shown
 */
public record Notification(String key, SortedMap<String, String> group, List<Alert> alerts, int omitted) {
    private static final int MOST = 50;

    public Notification {
        alerts = List.copyOf(alerts);
    }

    /**
     * @param repeat how often the same has been told before
     */
    static Notification of(SortedMap<String, String> group, List<Alert> alerts, int repeat) {
        List<Alert> shown = alerts.size() > MOST ? alerts.subList(0, MOST) : alerts;
        String key = alerts.size() == 1 ? key(alerts.getFirst()) : digest(alerts);
        return new Notification(repeat == 0 ? key : key + "-" + repeat, group, shown, alerts.size() - shown.size());
    }

    boolean firing() {
        return alerts.stream().anyMatch(alert -> !alert.resolved());
    }

    /** {@code firing}, or {@code resolved} where nothing of it fires. */
    String status() {
        return firing() ? "firing" : "resolved";
    }

    /** For people: without what is over only because the same now fires with another severity. */
    Notification readable() {
        return new Notification(
                key, group, alerts.stream().filter(alert -> !escalated(alert)).toList(), omitted);
    }

    private boolean escalated(Alert alert) {
        return alert.resolved()
                && alerts.stream()
                        .anyMatch(other ->
                                !other.resolved() && other.name().equals(alert.name()) && alert.sameRun(other));
    }

    private static String key(Alert alert) {
        return alert.fingerprint() + "-" + alert.startsAt().toEpochMilli() + "-"
                + (alert.resolved() ? "resolved" : "firing");
    }

    private static String digest(List<Alert> alerts) {
        String all = alerts.stream().map(Notification::key).sorted().collect(Collectors.joining("\n"));
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
