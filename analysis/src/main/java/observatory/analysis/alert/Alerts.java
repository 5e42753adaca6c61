package observatory.analysis.alert;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import observatory.analysis.Incident;
import observatory.analysis.Kind;

/** How an incident is worded as an alert. */
public final class Alerts {
    /** An annotation is a paragraph, not a document. */
    private static final int LONGEST = 2000;

    private Alerts() {}

    public static Alert of(Incident incident, Instant startsAt) {
        SortedMap<String, String> labels = new TreeMap<>();
        labels.put(Alert.NAME, name(incident.kind()));
        labels.put(Alert.SEVERITY, incident.severity().label());
        labels.put("job", "observatory");
        labels.put(Alert.RUN, incident.run().value());
        labels.put("detector", incident.detector());
        SortedMap<String, String> annotations = new TreeMap<>();
        annotations.put("summary", cut(incident.summary()));
        annotations.put("description", cut(incident.explanation()));
        annotations.put("remedy", cut(incident.remedy()));
        annotations.put("verdict", incident.verdict().label());
        annotations.put("step_first", Long.toString(incident.firstStep()));
        annotations.put("step_last", Long.toString(incident.lastStep()));
        annotations.put("step_peak", Long.toString(incident.peakStep()));
        return new Alert(
                labels,
                annotations,
                startsAt,
                Optional.empty(),
                "observatory://run/" + incident.run().value() + "?step=" + incident.peakStep());
    }

    /** The name an alert of a kind has: {@code loss_spike} is LossSpike; a run that died or fell silent has its own. */
    public static String name(Kind kind) {
        return switch (kind) {
            case DIVERGENCE -> "RunDiverged";
            case STALLED -> "TrainerSilent";
            default ->
                Arrays.stream(kind.label().split("_"))
                        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                        .collect(Collectors.joining());
        };
    }

    /** The alert that always fires while alerts are sent at all: who misses it knows that the observatory is silent. */
    public static Alert watchdog(Instant startsAt) {
        SortedMap<String, String> labels = new TreeMap<>();
        labels.put(Alert.NAME, "Watchdog");
        labels.put(Alert.SEVERITY, "none");
        labels.put("job", "observatory");
        SortedMap<String, String> annotations = new TreeMap<>();
        annotations.put("summary", "The observatory is able to send alerts. Alert when this one is missing.");
        return new Alert(labels, annotations, startsAt, Optional.empty(), "observatory://");
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
    }
}
