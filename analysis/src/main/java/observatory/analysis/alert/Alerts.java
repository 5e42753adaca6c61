package observatory.analysis.alert;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.detector.Detectors;

/** How an incident is worded as an alert. */
public final class Alerts {
    /** An annotation is a paragraph, not a document. */
    private static final int LONGEST = 2000;

    private static final String JOB = "job";
    private static final String DETECTOR = "detector";
    private static final List<String> LABELS = List.of(Alert.NAME, Alert.SEVERITY, JOB, Alert.RUN, DETECTOR);

    private Alerts() {}

    public static Alert of(Incident incident, Instant startsAt) {
        SortedMap<String, String> labels = new TreeMap<>();
        labels.put(Alert.NAME, name(incident.kind()));
        labels.put(Alert.SEVERITY, incident.severity().label());
        labels.put(JOB, "observatory");
        labels.put(Alert.RUN, incident.run().value());
        labels.put(DETECTOR, incident.detector());
        SortedMap<String, String> annotations = new TreeMap<>();
        annotations.put("summary", cut(incident.summary()));
        annotations.put("description", cut(incident.explanation()));
        annotations.put("remedy", cut(incident.remedy()));
        annotations.put("verdict", incident.verdict().label());
        annotations.put(Alert.STEP_FIRST, Long.toString(incident.firstStep()));
        annotations.put(Alert.STEP_LAST, Long.toString(incident.lastStep()));
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

    /** Why no alert of a run ever has this label with this value, if none has: a name that is misspelt matches nothing. */
    public static Optional<String> unmatchable(String label, String value) {
        return switch (label) {
            case Alert.NAME -> unless(value, Arrays.stream(Kind.values()).map(Alerts::name));
            case Alert.SEVERITY ->
                unless(value, Arrays.stream(Severity.values()).map(Severity::label));
            case DETECTOR -> unless(value, Detectors.all().stream().map(Detectors::name));
            default -> missing(label);
        };
    }

    /** Why alerts of runs have no such label, if they have none. */
    static Optional<String> missing(String label) {
        return unless(label, LABELS.stream());
    }

    private static Optional<String> unless(String value, Stream<String> known) {
        List<String> all = known.sorted().toList();
        return all.contains(value)
                ? Optional.empty()
                : Optional.of("`" + value + "` is none of " + String.join(", ", all));
    }

    /** The alert that always fires while alerts are sent at all: who misses it knows that the observatory is silent. */
    public static Alert watchdog(Instant startsAt) {
        SortedMap<String, String> labels = new TreeMap<>();
        labels.put(Alert.NAME, "Watchdog");
        labels.put(Alert.SEVERITY, "none");
        labels.put(JOB, "observatory");
        SortedMap<String, String> annotations = new TreeMap<>();
        annotations.put("summary", "The observatory is able to send alerts. Alert when this one is missing.");
        return new Alert(labels, annotations, startsAt, Optional.empty(), "observatory://");
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
    }
}
