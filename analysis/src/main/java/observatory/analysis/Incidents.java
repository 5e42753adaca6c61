package observatory.analysis;

import java.util.ArrayList;
import java.util.List;
import observatory.probe.RunId;

/**
 * Joins findings into incidents. Findings that are not finite make one kind of incident; those of loss and gradient make
 * another, and belong to the first while that is open, because they follow from it. An incident ends with a stretch of
 * quiet points. A pure fold: each call returns the next state.
 */
public record Incidents(RunId run, List<Open> open, int next) {
    /** Points without a finding that end an incident: longer than the pauses within one, as real logs have them. */
    private static final int QUIET = 8;
    /** At the end of a run, this many quiet points are taken for an end of the incident as well. */
    private static final int QUIET_AT_END = 2;

    public Incidents {
        open = List.copyOf(open);
    }

    public static Incidents of(RunId run) {
        return new Incidents(run, List.of(), 1);
    }

    /** An incident under way. */
    public record Open(Incident incident, double peak, int quietPoints) {}

    /** What a point changed: the next state, and the incidents to publish again. */
    public record Changed(Incidents next, List<Incident> incidents) {}

    /** One point of the run with all that was found in it, usually nothing. */
    public Changed point(List<Finding> findings) {
        if (open.isEmpty() && findings.isEmpty()) {
            return new Changed(this, List.of());
        }
        List<Open> now = new ArrayList<>();
        for (Open one : open) {
            now.add(new Open(one.incident, one.peak, one.quietPoints + 1));
        }
        int number = next;
        for (Finding finding : findings) {
            int at = home(now, finding);
            if (at >= 0) {
                now.set(at, joined(now.get(at), finding));
            } else {
                now.add(opened(finding, number++));
            }
        }
        List<Incident> changed = new ArrayList<>();
        List<Open> left = new ArrayList<>();
        for (Open one : now) {
            if (one.quietPoints > QUIET) {
                changed.add(resolved(one.incident));
            } else {
                left.add(one);
                if (one.quietPoints == 0) {
                    changed.add(one.incident);
                }
            }
        }
        return new Changed(new Incidents(run, left, number), changed);
    }

    /** The run is over, or begins again: what has been quiet lately is resolved, the rest stays as it is. */
    public Changed end() {
        List<Incident> changed = open.stream()
                .filter(one -> one.quietPoints >= QUIET_AT_END)
                .map(one -> resolved(one.incident))
                .toList();
        return new Changed(new Incidents(run, List.of(), next), changed);
    }

    /** The open incident a finding belongs to, or -1. */
    private static int home(List<Open> open, Finding finding) {
        for (int i = 0; i < open.size(); i++) {
            if (numeric(open.get(i).incident.kind())) {
                return i;
            }
        }
        for (int i = 0; i < open.size() && !numeric(finding.kind()); i++) {
            return i;
        }
        return -1;
    }

    private static boolean numeric(Kind kind) {
        return rank(kind) >= 2;
    }

    /** Which kind names an incident that has findings of several: the one nearer to the cause. */
    private static int rank(Kind kind) {
        return switch (kind) {
            case OVERFLOW -> 3;
            case NON_FINITE -> 2;
            case LOSS_SPIKE, DIVERGENCE, SLOW_DIVERGENCE -> 1;
            default -> 0;
        };
    }

    private Open opened(Finding finding, int id) {
        Incident incident = new Incident(
                run,
                id,
                finding.kind(),
                finding.severity(),
                finding.detector(),
                finding.step(),
                finding.step(),
                finding.step(),
                false,
                finding.verdict(),
                finding.summary(),
                finding.explanation(),
                finding.remedy(),
                finding.evidence());
        return new Open(incident, finding.magnitude(), 0);
    }

    private static Open joined(Open open, Finding finding) {
        Incident was = open.incident;
        int rise = rank(finding.kind()) - rank(was.kind());
        boolean worse = rise > 0 || rise == 0 && finding.magnitude() > open.peak;
        Severity severity = was.severity().compareTo(finding.severity()) >= 0 ? was.severity() : finding.severity();
        Evidence evidence = worse ? withLead(finding, was) : was.evidence();
        return new Open(
                new Incident(
                        was.run(),
                        was.id(),
                        worse ? finding.kind() : was.kind(),
                        severity,
                        worse ? finding.detector() : was.detector(),
                        was.firstStep(),
                        finding.step(),
                        worse ? finding.step() : was.peakStep(),
                        false,
                        worse ? finding.verdict() : was.verdict(),
                        worse ? finding.summary() : was.summary(),
                        worse ? finding.explanation() : was.explanation(),
                        worse ? finding.remedy() : was.remedy(),
                        evidence),
                worse ? finding.magnitude() : open.peak,
                0);
    }

    /** Keeps on record that another signal left its level first, and when. */
    private static Evidence withLead(Finding finding, Incident was) {
        Object lead = was.evidence().facts().get("ledBy");
        if (lead instanceof String known && was.evidence().facts().get("leadSteps") instanceof Long steps) {
            return finding.evidence().with("ledBy", known).with("leadSteps", steps);
        }
        long steps = finding.step() - was.firstStep();
        return finding.kind() == was.kind() || steps <= 0
                ? finding.evidence()
                : finding.evidence().with("ledBy", was.kind().label()).with("leadSteps", steps);
    }

    private static Incident resolved(Incident was) {
        return new Incident(
                was.run(),
                was.id(),
                was.kind(),
                was.severity(),
                was.detector(),
                was.firstStep(),
                was.lastStep(),
                was.peakStep(),
                true,
                was.verdict(),
                was.summary(),
                was.explanation(),
                was.remedy(),
                was.evidence());
    }
}
