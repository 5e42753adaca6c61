package observatory.analysis.alert;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.analysis.Incident;

/**
 * An incident told to someone, in Alertmanager's terms. The labels are its identity: no step and no value may stand in
 * them, or each change would make another alert. Annotations say the rest, and the last ones win.
 *
 * @param endsAt when it was resolved; empty while it fires
 */
public record Alert(
        SortedMap<String, String> labels,
        SortedMap<String, String> annotations,
        Instant startsAt,
        Optional<Instant> endsAt,
        String generatorUrl) {
    /** The label that every alert has. */
    public static final String NAME = "alertname";

    public static final String SEVERITY = "severity";
    public static final String RUN = "run";

    static final String STEP_FIRST = "step_first";
    static final String STEP_LAST = "step_last";

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    public Alert {
        if (labels.getOrDefault(NAME, "").isEmpty()) {
            throw new IllegalArgumentException("an alert has a label " + NAME + ": " + labels);
        }
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    }

    public String name() {
        return labels.get(NAME);
    }

    /** "step 7", or "steps 7,000 to 7,002"; empty where it is about no run, as a test is. */
    public Optional<String> steps() {
        return Optional.ofNullable(annotations.get(STEP_LAST))
                .map(last -> Incident.steps(Long.parseLong(annotations.get(STEP_FIRST)), Long.parseLong(last)));
    }

    /** Whether both are about one run; what is about none is about no run that another is about. */
    boolean sameRun(Alert other) {
        return labels.containsKey(RUN) && labels.get(RUN).equals(other.labels.get(RUN));
    }

    /** Whether this fires while the other does; where the other is over, whether both fired at once. */
    boolean firesBeside(Alert other) {
        return other.endsAt
                .map(end -> !startsAt.isAfter(end)
                        && endsAt.map(ended -> !ended.isBefore(other.startsAt)).orElse(true))
                .orElse(!resolved());
    }

    public boolean resolved() {
        return endsAt.isPresent();
    }

    /** The same while it fired. */
    Alert firing() {
        return new Alert(labels, annotations, startsAt, Optional.empty(), generatorUrl);
    }

    public Alert resolvedAt(Instant when) {
        return new Alert(labels, annotations, startsAt, Optional.of(when), generatorUrl);
    }

    /**
     * As Alertmanager computes it: FNV-1a over the sorted labels, each name and value followed by 0xFF; 16 hex digits.
     */
    public String fingerprint() {
        long hash = FNV_OFFSET;
        for (Map.Entry<String, String> label : labels.entrySet()) {
            hash = add(add(hash, label.getKey()), label.getValue());
        }
        return "%016x".formatted(hash);
    }

    private static long add(long hash, String text) {
        long sum = hash;
        for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
            sum = (sum ^ (one & 0xff)) * FNV_PRIME;
        }
        return (sum ^ 0xff) * FNV_PRIME;
    }
}
