package observatory.analysis.alert;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A notification in one line: {@code [CRITICAL] RunDiverged run-7 at step 4211: the loss …}. */
final class Headline {
    private Headline() {}

    static String of(Notification notification) {
        List<Alert> alerts = notification.alerts();
        Alert first = alerts.stream()
                .min(Comparator.comparing(Alert::resolved).thenComparing(Headline::rank))
                .orElseThrow();
        int others = alerts.size() + notification.omitted() - 1;
        String state = notification.firing()
                ? first.labels().getOrDefault(Alert.SEVERITY, "alert").toUpperCase(Locale.ROOT)
                : "RESOLVED";
        String step = first.annotations().get("step_peak");
        return plain("[" + state + "] " + first.name()
                + first(first.labels().get(Alert.RUN), " ")
                + first(step, " at step ")
                + first(first.annotations().get("summary"), ": ")
                + (others > 0 ? " (and " + others + " more)" : ""));
    }

    private static int rank(Alert alert) {
        return switch (alert.labels().getOrDefault(Alert.SEVERITY, "")) {
            case "critical" -> 0;
            case "warning" -> 1;
            default -> 2;
        };
    }

    private static String first(String text, String before) {
        return text == null || text.isEmpty() ? "" : before + text;
    }

    /** One line without control characters, whoever named the run. */
    private static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
