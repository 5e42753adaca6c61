package observatory.analysis.alert;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import observatory.analysis.Severity;
import observatory.analysis.alert.Tracked.Span;

/** Which alerts are told, when, and which others keep them quiet: rules in order, the first that matches counts. */
public record Policy(List<Rule> rules, List<Inhibition> inhibitions, Timing timing) {
    /** As Prometheus keeps what is resolved, for an Alertmanager that was away. */
    private static final long KEEP_RESOLVED_SECONDS = 15 * 60;

    public static final Policy STANDARD = new Policy(List.of(), Inhibition.STANDARD, Timing.STANDARD);

    public Policy {
        rules = List.copyOf(rules);
        inhibitions = List.copyOf(inhibitions);
    }

    /**
     * What holds for alerts whose labels match.
     *
     * @param holdOff how long an incident lasts before it is told
     * @param keepFiring how long it must be over before that is told
     */
    public record Rule(Map<String, String> match, Span holdOff, Span keepFiring, boolean ignore) {
        boolean matches(Alert alert) {
            return match.entrySet().stream()
                    .allMatch(one -> one.getValue().equals(alert.labels().get(one.getKey())));
        }
    }

    /**
     * While one of the sources fires for a run, the targets of that run are not told. No targets: all others.
     */
    public record Inhibition(List<String> sources, List<String> targets) {
        /** What has its own cause in the batch is told even of a run that has diverged. */
        static final List<Inhibition> STANDARD = List.of(
                new Inhibition(
                        List.of("RunDiverged", "NonFinite", "Overflow"),
                        List.of(
                                "LossSpike",
                                "SlowDivergence",
                                "GradientSpike",
                                "GradientDrift",
                                "GradientExplosion",
                                "AttentionGrowth",
                                "LogitDrift",
                                "SpectralDrift",
                                "DeadUnits",
                                "Underflow",
                                "ScalingLag")),
                new Inhibition(List.of("TrainerSilent"), List.of()));

        boolean quiets(Alert source, Alert target) {
            return sources.contains(source.name())
                    && !sources.contains(target.name())
                    && (targets.isEmpty() || targets.contains(target.name()))
                    && source.sameRun(target);
        }
    }

    /** How long what is over is still known, in seconds: until everybody was told that it fired and that it ended. */
    long keepResolvedSeconds() {
        return Math.max(KEEP_RESOLVED_SECONDS, timing.waitSeconds + 2 * timing.intervalSeconds);
    }

    /**
     * When a group is told.
     *
     * @param wait after its first alert, for others to join
     * @param interval between two tellings of a group that changed
     * @param repeat between two of one that did not
     */
    public record Timing(long waitSeconds, long intervalSeconds, long repeatSeconds) {
        static final Timing STANDARD = new Timing(10, 60, 4 * 3600L);
    }

    boolean ignores(Alert alert) {
        return rules.stream()
                .filter(rule -> rule.matches(alert))
                .findFirst()
                .map(Rule::ignore)
                .orElse(false);
    }

    Span holdOff(Alert alert) {
        return rules.stream()
                .filter(rule -> rule.matches(alert))
                .findFirst()
                .map(Rule::holdOff)
                .orElse(Span.NONE);
    }

    Span keepFiring(Alert alert) {
        return rules.stream()
                .filter(rule -> rule.matches(alert))
                .findFirst()
                .map(Rule::keepFiring)
                .orElse(Span.NONE);
    }

    /** Those that may keep others quiet, usually none. */
    List<Alert> sources(List<Tracked> all) {
        return all.stream()
                .filter(one -> one.phase() != Tracked.Phase.PENDING)
                .map(Tracked::alert)
                .filter(alert -> inhibitions.stream().anyMatch(rule -> rule.sources.contains(alert.name())))
                .toList();
    }

    /** Whether an alert is kept quiet by one of these, or, if it is over, was when it ended. */
    boolean inhibited(Alert alert, List<Alert> sources) {
        return sources.stream()
                .filter(source -> source.firesBeside(alert))
                .anyMatch(source -> inhibitions.stream().anyMatch(rule -> rule.quiets(source, alert)));
    }

    /** Whether an alert is at least as bad as a severity. */
    static boolean atLeast(Alert alert, Severity least) {
        try {
            return Severity.valueOf(alert.labels()
                                    .getOrDefault(Alert.SEVERITY, "")
                                    .toUpperCase(Locale.ROOT))
                            .compareTo(least)
                    >= 0;
        } catch (IllegalArgumentException e) {
            return true; // a severity of another vocabulary is nothing to keep back
        }
    }
}
