package observatory.analysis.alert;

import java.time.Instant;
import java.util.Map;

/** Alerts with these labels are not told until then. */
public record Silence(String id, Map<String, String> match, Instant until, String comment) {
    public Silence {
        match = Map.copyOf(match);
        if (match.isEmpty()) {
            throw new IllegalArgumentException(
                    "a silence names one label or more, as run=my-run; else it silences all");
        }
    }

    boolean covers(Alert alert, Instant now) {
        return now.isBefore(until)
                && match.entrySet().stream()
                        .allMatch(one -> one.getValue().equals(alert.labels().get(one.getKey())));
    }
}
