package observatory.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.probe.RunId;

/**
 * Joins findings into incidents ({@link Family}), remembers in which order the detectors spoke, and ends an incident
 * with a stretch of quiet points. A pure fold: each call returns the next state.
 */
public record Incidents(RunId run, List<Open> open, int next) {
    /** Points without a finding that end an incident: longer than the pauses within one, as real logs have them. */
    private static final int QUIET = 8;
    /** Findings that come once a block of 32 points, or of which one is news for long, leave longer pauses. */
    private static final int QUIET_SLOW = 80;
    /** An incident that goes on is told again after this many points with a finding. */
    private static final int REPEAT = 16;
    /** At the end of a run, this many quiet points are taken for an end of the incident as well. */
    private static final int QUIET_AT_END = 2;

    public Incidents {
        open = List.copyOf(open);
    }

    public static Incidents of(RunId run) {
        return new Incidents(run, List.of(), 1);
    }

    /**
     * An incident under way.
     *
     * @param spoke the detectors that found something, and the step at which each did first
     * @param worst the worst finding so far, whose words the incident speaks in
     * @param untold points with a finding since the incident was last published
     */
    public record Open(
            int id,
            Severity severity,
            long firstStep,
            long lastStep,
            Finding worst,
            SortedMap<String, Long> spoke,
            int quietPoints,
            int untold) {

        private boolean over() {
            return quietPoints > (slow(worst.kind()) || source(worst).isPresent() ? QUIET_SLOW : QUIET);
        }

        /** Documents join those of their source and nothing else: the next may come long after, and the model is well. */
        private boolean takes(Finding finding) {
            Optional<String> own = source(worst);
            Optional<String> other = source(finding);
            return own.isEmpty() && other.isEmpty() ? Family.joins(worst.kind(), finding.kind()) : own.equals(other);
        }

        /** Whether it may well go on: some detectors speak so seldom that a few quiet points say nothing. */
        private boolean lasts() {
            return slow(worst.kind()) || quietPoints < QUIET_AT_END;
        }

        private Open quieter() {
            return new Open(id, severity, firstStep, lastStep, worst, spoke, quietPoints + 1, untold);
        }

        private Open with(Finding finding) {
            int rise = Family.rank(finding.kind()) - Family.rank(worst.kind());
            boolean worse = rise > 0
                    || rise == 0
                            && (finding.severity().compareTo(worst.severity()) > 0
                                    || finding.severity() == worst.severity()
                                            && finding.magnitude() > worst.magnitude());
            SortedMap<String, Long> all = new TreeMap<>(spoke);
            all.putIfAbsent(finding.detector(), finding.step());
            return new Open(
                    id,
                    severity.compareTo(finding.severity()) >= 0 ? severity : finding.severity(),
                    Math.min(firstStep, finding.step()),
                    Math.max(lastStep, finding.step()),
                    worse ? finding : worst,
                    all,
                    0,
                    untold + 1);
        }

        private Open told() {
            return new Open(id, severity, firstStep, lastStep, worst, spoke, quietPoints, 0);
        }
    }

    /**
     * What a point changed: the next state, the incidents as they stand now, and those of them that others are told: as
     * they open, escalate and resolve, and once in a while as they go on.
     */
    public record Changed(Incidents next, List<Incident> incidents, List<Incident> publish) {
        private static Changed nothing(Incidents same) {
            return new Changed(same, List.of(), List.of());
        }
    }

    /** One point of the run with all that was found in it, usually nothing. */
    public Changed point(List<Finding> findings) {
        return open.isEmpty() && findings.isEmpty() ? Changed.nothing(this) : add(findings, true);
    }

    /** Findings between two points, from events: nothing grows quieter by them. */
    public Changed aside(List<Finding> findings) {
        return findings.isEmpty() ? Changed.nothing(this) : add(findings, false);
    }

    private Changed add(List<Finding> findings, boolean point) {
        List<Open> now = new ArrayList<>();
        for (Open one : open) {
            now.add(point ? one.quieter() : one);
        }
        int number = next;
        boolean[] touched = new boolean[now.size() + findings.size()];
        for (Finding finding : findings) {
            int at = home(now, finding);
            if (at < 0) {
                at = now.size();
                now.add(opened(finding, number++));
            } else {
                now.set(at, now.get(at).with(finding));
            }
            touched[at] = true;
        }
        List<Incident> changed = new ArrayList<>();
        List<Incident> publish = new ArrayList<>();
        List<Open> left = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) {
            Open one = now.get(i);
            if (one.over()) {
                changed.add(incident(one, true, now));
                publish.add(changed.getLast());
                continue;
            }
            boolean news = touched[i] && (i >= open.size() || escalated(open.get(i), one) || one.untold >= REPEAT);
            left.add(news ? one.told() : one);
            if (touched[i]) {
                changed.add(incident(one, false, now));
            }
            if (news) {
                publish.add(changed.getLast());
            }
        }
        return new Changed(new Incidents(run, left, number), changed, publish);
    }

    private static boolean escalated(Open before, Open now) {
        return before.severity != now.severity || before.worst.kind() != now.worst.kind();
    }

    /** The run is over, or begins again: what has been quiet lately is resolved, the rest is told as it stands. */
    public Changed end() {
        List<Incident> changed = open.stream()
                .map(one -> incident(one, one.quietPoints >= QUIET_AT_END, open))
                .toList();
        return new Changed(new Incidents(run, List.of(), next), changed, changed);
    }

    /** Nobody looks at the run for now: what has been quiet lately is resolved, the rest stays open, as the run may. */
    public Changed pause() {
        List<Open> left = open.stream().filter(Open::lasts).toList();
        List<Incident> resolved = open.stream()
                .filter(one -> !one.lasts())
                .map(one -> incident(one, true, open))
                .toList();
        return new Changed(new Incidents(run, left, next), resolved, resolved);
    }

    /** The open incident a finding belongs to, or -1. */
    private static int home(List<Open> open, Finding finding) {
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).takes(finding)) {
                return i;
            }
        }
        return -1;
    }

    /** Of documents, the source they are of. */
    private static Optional<String> source(Finding finding) {
        return finding.kind() == Kind.DATA_OUTLIER && finding.evidence().facts().get("source") instanceof String source
                ? Optional.of(source)
                : Optional.empty();
    }

    private static boolean slow(Kind kind) {
        return switch (kind) {
            case SLOW_DIVERGENCE, DIVERGENCE -> true;
            default -> Family.of(kind) == Family.ITSELF;
        };
    }

    private static Open opened(Finding finding, int id) {
        SortedMap<String, Long> spoke = new TreeMap<>();
        spoke.put(finding.detector(), finding.step());
        return new Open(id, finding.severity(), finding.step(), finding.step(), finding, spoke, 0, 0);
    }

    /** Where it was worst: a detector that judges a stretch says so itself. */
    private static long peak(Finding worst) {
        return worst.evidence().facts().get("peakStep") instanceof Long step ? step : worst.step();
    }

    private Incident incident(Open one, boolean resolved, List<Open> all) {
        Reasoning reasoning = Reasoning.about(one, all);
        return new Incident(
                run,
                one.id,
                one.worst.kind(),
                one.severity,
                one.worst.detector(),
                one.firstStep,
                one.lastStep,
                peak(one.worst),
                resolved,
                reasoning.verdict(),
                one.worst.summary(),
                one.worst.explanation(),
                one.worst.remedy(),
                reasoning.evidence());
    }
}
