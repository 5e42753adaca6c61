package observatory.ui.incident;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.probe.Site;
import observatory.ui.data.Recording;

/**
 * Where an incident is to be looked at: the step that tells most of it, and the place in the model that its evidence
 * names, if it names one.
 */
public record FirstLook(long step, Optional<Site> site) {
    private static final String FIRST_BAD_STEP = "firstBadStep";

    public static FirstLook of(Incident incident, Recording run) {
        return new FirstLook(step(incident), site(incident, run));
    }

    /** The incident of a run that asks for something first: open before resolved, but for mere remarks; then the worst. */
    public static Optional<Incident> mostUrgent(Recording run) {
        return run.incidents().stream()
                .max(Comparator.comparing((Incident one) -> !one.resolved() && one.severity() != Severity.INFO)
                        .thenComparing(Incident::severity)
                        .thenComparing(one -> !one.resolved())
                        .thenComparing(Incident::lastStep));
    }

    /**
     * Of numbers that broke the first, because later all are broken; of data the step that was trained on it, which is
     * before the one that gave it away; else the worst.
     */
    private static long step(Incident incident) {
        if (incident.evidence().facts().get(FIRST_BAD_STEP) instanceof Long step) {
            return step;
        }
        return switch (incident.kind()) {
            case NON_FINITE, OVERFLOW -> incident.firstStep();
            default -> incident.peakStep();
        };
    }

    private static Optional<Site> site(Incident incident, Recording run) {
        Map<Object, Site> named = new HashMap<>();
        for (String metric : run.metricNames()) {
            run.metric(metric).orElseThrow().sites().forEach(site -> named.putIfAbsent(site.label(), site));
        }
        return incident.evidence().facts().values().stream()
                .map(named::get)
                .filter(Objects::nonNull)
                .findFirst();
    }
}
