package observatory.analysis.alert;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import observatory.analysis.Incident;
import observatory.analysis.alert.Tracked.Moment;
import observatory.analysis.alert.Tracked.Phase;

/**
 * Which alerts there are and where each stands: pending, firing, recovering, resolved. Told of incidents, of steps and
 * of time, never looking at a clock; what changed since the last look is what has to be stored. Belongs to one thread.
 */
public final class AlertBook {
    /** More alerts than this at once are not read by anybody; the oldest resolved ones go first. */
    static final int MOST = 10_000;

    private final Policy policy;
    private final Map<String, Tracked> alerts = new LinkedHashMap<>();
    private final Map<String, Long> steps = new LinkedHashMap<>();
    private final Set<String> changed = new LinkedHashSet<>();

    /** @param stored alerts and steps of runs as they were when last stored */
    public AlertBook(Policy policy, Collection<Tracked> stored, Map<String, Long> steps) {
        this.policy = policy;
        stored.forEach(one -> alerts.put(one.alert().fingerprint(), one));
        this.steps.putAll(steps);
    }

    /** An incident opened, went on, escalated or resolved. */
    public void accept(Incident incident, Instant now) {
        String run = incident.run().value();
        progress(run, incident.lastStep());
        Moment moment = new Moment(steps.get(run), now);
        Alert told = Alerts.of(incident, now);
        String identity = told.fingerprint();
        for (Tracked one : List.copyOf(alerts.values())) {
            boolean same = one.incident() == incident.id()
                    && run.equals(one.alert().labels().get(Alert.RUN))
                    && one.phase() != Phase.RESOLVED;
            if (same && !one.alert().fingerprint().equals(identity)) {
                end(one, moment); // it escalated or turned out to be another kind: another alert takes its place
            }
        }
        Tracked known = alerts.get(identity);
        boolean begun = known != null && known.phase() != Phase.RESOLVED;
        if (incident.resolved()) {
            if (begun) {
                put(recovering(known.with(renewed(known, told)), moment));
            }
        } else if (begun) {
            Tracked renewed = new Tracked(renewed(known, told), known.phase(), incident.id(), known.since());
            put(known.phase() == Phase.RECOVERING ? renewed.in(Phase.FIRING, moment) : renewed);
        } else if (!policy.ignores(told)) {
            Moment began = new Moment(incident.firstStep(), now);
            put(new Tracked(told, Phase.PENDING, incident.id(), began));
        }
        tick(now);
    }

    /** A run has come to a step. */
    public void progress(String run, long step) {
        Long before = steps.put(run, step);
        if (before == null || before != step) {
            changed.add("run " + run);
        }
    }

    /** A run is over: no more steps can be waited for. */
    public void over(String run) {
        progress(run, Long.MAX_VALUE / 2);
    }

    /** Forgets what is over already. */
    void forgetResolved() {
        all().stream().filter(one -> one.phase() == Phase.RESOLVED).forEach(this::forget);
    }

    /** Time has passed: what was to wait for it is moved on. */
    public void tick(Instant now) {
        for (Tracked one : List.copyOf(alerts.values())) {
            Moment moment = new Moment(step(one.alert()), now);
            switch (one.phase()) {
                case PENDING -> {
                    if (one.since().passed(policy.holdOff(one.alert()), moment)) {
                        put(one.in(Phase.FIRING, moment));
                    }
                }
                case RECOVERING -> {
                    if (one.since().passed(policy.keepFiring(one.alert()), moment)) {
                        put(resolved(one, moment));
                    }
                }
                case RESOLVED -> {
                    if (now.isAfter(one.since().time().plusSeconds(policy.keepResolvedSeconds()))) {
                        forget(one);
                    }
                }
                case FIRING -> {}
            }
        }
        shed();
    }

    /** Every alert that is known, in the order in which they came. */
    public List<Tracked> all() {
        return List.copyOf(alerts.values());
    }

    public Optional<Tracked> find(String fingerprint) {
        return Optional.ofNullable(alerts.get(fingerprint));
    }

    /** Whether a run's steps are waited for, so that its telemetry is worth reading. */
    public boolean waitsFor(String run) {
        return alerts.values().stream()
                .filter(one -> run.equals(one.alert().labels().get(Alert.RUN)))
                .anyMatch(one -> one.phase() == Phase.PENDING || one.phase() == Phase.RECOVERING);
    }

    public Map<String, Long> steps() {
        return Map.copyOf(steps);
    }

    /** Fingerprints, and {@code run NAME}, of what changed since {@link #stored}. */
    public Set<String> changed() {
        return Set.copyOf(changed);
    }

    /** All that has changed is stored. */
    void stored() {
        changed.clear();
    }

    private void end(Tracked one, Moment now) {
        if (one.phase() == Phase.PENDING) {
            forget(one);
        } else {
            put(resolved(one, now));
        }
    }

    /** What was pending was never told and is forgotten. */
    private Tracked recovering(Tracked one, Moment now) {
        if (one.phase() == Phase.PENDING) {
            return one.since().passed(policy.holdOff(one.alert()), now)
                    ? one.in(Phase.RECOVERING, now)
                    : one.in(Phase.RESOLVED, now);
        }
        return one.phase() == Phase.RECOVERING ? one : one.in(Phase.RECOVERING, now);
    }

    private static Tracked resolved(Tracked one, Moment now) {
        return one.with(one.alert().resolvedAt(now.time())).in(Phase.RESOLVED, now);
    }

    private static Alert renewed(Tracked known, Alert told) {
        return new Alert(
                told.labels(), told.annotations(), known.alert().startsAt(), Optional.empty(), told.generatorUrl());
    }

    private long step(Alert alert) {
        return steps.getOrDefault(alert.labels().getOrDefault(Alert.RUN, ""), 0L);
    }

    private void put(Tracked one) {
        boolean silentlyOver = one.phase() == Phase.RESOLVED && !one.alert().resolved();
        if (silentlyOver) {
            forget(one);
        } else {
            alerts.put(one.alert().fingerprint(), one);
            changed.add(one.alert().fingerprint());
        }
    }

    private void forget(Tracked one) {
        alerts.remove(one.alert().fingerprint());
        changed.add(one.alert().fingerprint());
    }

    private void shed() {
        List<Tracked> resolved = new ArrayList<>(alerts.values().stream()
                .filter(one -> one.phase() == Phase.RESOLVED)
                .toList());
        while (alerts.size() > MOST && !resolved.isEmpty()) {
            forget(resolved.removeFirst());
        }
    }
}
