package observatory.ui.probes;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import observatory.ui.chart.Numbers;
import observatory.ui.data.Mark;

/** What a mark on the timeline tells of a change, in words. */
final class Changed {
    private static final Pattern TIME_TO_LIVE = Pattern.compile("timeToLive=(PT[0-9.A-Z]+)");

    private Changed() {}

    /**
     * @param now the time up to which is known whether a command still holds
     * @param reverted whether a command was taken back already
     */
    static String words(Mark mark, Instant now, boolean reverted) {
        SortedMap<String, String> details = mark.details();
        return switch (mark.kind()) {
            case CADENCE ->
                details.getOrDefault("probe", "?") + ": every " + details.getOrDefault("every_before", "?")
                        + " → every " + details.getOrDefault("every", "?") + " steps; observing takes "
                        + percent(details.get("share_before")) + " → " + percent(details.get("share"))
                        + ", budget " + percent(details.get("budget"));
            case COMMAND ->
                details.getOrDefault("operator", "nobody known") + ": " + details.getOrDefault("command", "?") + " "
                        + details.getOrDefault("outcome", "") + because(details.getOrDefault("reason", ""))
                        + holds(mark, now, reverted);
            case PROBE_DISABLED ->
                details.getOrDefault("probe", "?") + " was taken out: " + details.getOrDefault("error", "it failed");
            case START, RESTART, CHECKPOINT, HARDWARE_ERROR, LOST, END, NOTE, OTHER ->
                details.entrySet().stream()
                        .map(detail -> detail.getKey() + ": " + detail.getValue())
                        .collect(Collectors.joining("   "));
        };
    }

    private static String because(String reason) {
        return reason.isEmpty() ? "" : ", because " + reason;
    }

    private static String holds(Mark mark, Instant now, boolean reverted) {
        return reverted || !"applied".equals(mark.details().get("outcome"))
                ? ""
                : left(mark, now)
                        .map(left -> ", " + Numbers.duration(left) + " left")
                        .orElse("");
    }

    /** What is left of the time to live of a command; empty where it has none, or it is over. */
    static Optional<Duration> left(Mark mark, Instant now) {
        Matcher time = TIME_TO_LIVE.matcher(mark.details().getOrDefault("command", ""));
        if (!time.find()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Duration.between(now, mark.time().plus(Duration.parse(time.group(1)))))
                    .filter(Duration::isPositive);
        } catch (DateTimeParseException e) {
            return Optional.empty(); // of another program, whose times are written otherwise
        }
    }

    private static String percent(String share) {
        try {
            return share == null ? "?" : Numbers.percent(Double.parseDouble(share));
        } catch (NumberFormatException e) {
            return share;
        }
    }
}
