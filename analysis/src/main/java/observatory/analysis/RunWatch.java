package observatory.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import observatory.analysis.detector.Detector;
import observatory.analysis.detector.Detectors;
import observatory.analysis.detector.Settings;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.RunState;

/**
 * All detectors and the joining of their findings over one run: the same for a live stream, a replay and a log. What
 * comes twice is passed over; a step that goes back begins the baselines anew, but for what stays true from a
 * checkpoint on. Its state can be stored at any point and resumed elsewhere, and then judges as if it had never
 * stopped. Belongs to one thread.
 */
public final class RunWatch {
    /** Incidents that are kept for {@link #incidents()}; a run with more has been told about long ago. */
    private static final int KEPT = 1000;

    private static final String HEAD = "head";
    private static final String RUN = "run/";
    private static final String WRITERS = "writers/";
    private static final String INCIDENT = "incident/";

    private final List<Detector<?>> ofRank;
    private final List<Detector<?>> ofRun;
    private final Folds run;
    private final Folds writers;
    private final SortedMap<Integer, RankWatch> ranks = new TreeMap<>();
    private final WayBack wayBack = new WayBack();
    private final TreeMap<Integer, Incident> all = new TreeMap<>();
    private final Set<Integer> unsaved = new TreeSet<>();
    private Incidents incidents;
    private long lastPoint = Long.MIN_VALUE;
    private int incarnation;
    private int pass;

    /** A detector that could not judge, and why. */
    public record NotApplicable(String detector, String reason) {}

    private RunWatch(RunId id, Settings settings) {
        this.ofRank = Detectors.ofRank(settings);
        this.ofRun = Detectors.ofRun(settings);
        this.run = new Folds(ofRun);
        this.writers = new Folds(Detectors.ofWriters(settings));
        this.incidents = Incidents.of(id);
    }

    public static RunWatch of(RunId run) {
        return of(run, Settings.DEFAULTS);
    }

    public static RunWatch of(RunId run, Settings settings) {
        return new RunWatch(run, settings);
    }

    /** Says whose words advice should use: the name of the format of the log that is read. */
    public RunWatch speaking(String framework) {
        wayBack.speaking(framework);
        return this;
    }

    /** Judges one item; the incidents that opened, went on, escalated or resolved with it. */
    public List<Incident> accept(Telemetry item) {
        RankWatch rank = ranks.computeIfAbsent(item.origin().rank(), r -> new RankWatch(ofRank));
        if (!rank.isNew(item)) {
            return List.of();
        }
        return switch (item) {
            case Frame frame -> rank.superseded(frame) ? disown(frame) : judge(rank, frame);
            case RunEvent event -> hear(rank, event);
        };
    }

    /** Nothing more comes: what has been quiet lately is resolved. */
    public List<Incident> finish() {
        return publish(incidents.end());
    }

    /** How often the run has gone back and begun its steps anew. */
    int pass() {
        return pass;
    }

    /** Every incident so far, as it stands now. */
    public List<Incident> incidents() {
        return List.copyOf(all.values());
    }

    /** The detectors that never saw what they need. */
    public List<NotApplicable> notApplicable() {
        List<Folds> rankFolds = ranks.isEmpty()
                ? List.of(new Folds(ofRank))
                : ranks.values().stream().map(RankWatch::folds).toList();
        List<NotApplicable> list = new ArrayList<>();
        ofRank.forEach(detector -> Folds.missing(detector, rankFolds)
                .ifPresent(reason -> list.add(new NotApplicable(Detectors.name(detector), reason))));
        ofRun.forEach(detector -> Folds.missing(detector, List.of(run))
                .ifPresent(reason -> list.add(new NotApplicable(Detectors.name(detector), reason))));
        return list;
    }

    private List<Incident> disown(Frame frame) {
        List<Finding> findings = new ArrayList<>();
        writers.judge(frame, findings);
        return publish(incidents.aside(findings));
    }

    private List<Incident> judge(RankWatch rank, Frame frame) {
        List<Incident> changed = new ArrayList<>();
        boolean back = rank.goesBack(frame);
        boolean leads = ranks.get(ranks.firstKey()) == rank;
        if (frame.origin().incarnation() > incarnation || back && leads) {
            changed.addAll(finish());
            lastPoint = Long.MIN_VALUE;
            pass++;
        }
        incarnation = Math.max(incarnation, frame.origin().incarnation());
        List<Finding> findings = new ArrayList<>();
        rank.judge(frame, findings);
        run.judge(frame, findings);
        writers.judge(frame, findings);
        boolean point = frame.step() > lastPoint;
        lastPoint = Math.max(lastPoint, frame.step());
        changed.addAll(publish(point ? incidents.point(findings) : incidents.aside(findings)));
        return changed;
    }

    private List<Incident> hear(RankWatch rank, RunEvent event) {
        wayBack.hear(event);
        List<Finding> findings = new ArrayList<>();
        rank.hear(event, findings);
        run.hear(event, findings);
        List<Incident> changed = new ArrayList<>(publish(incidents.aside(findings)));
        if (event.kind() == RunEvent.Kind.END) {
            boolean goesOn = RunState.ended(event.details().getOrDefault("reason", "")) == RunState.DETACHED;
            changed.addAll(goesOn ? publish(incidents.pause()) : finish());
            rank.forget(event);
        }
        return changed;
    }

    private List<Incident> publish(Incidents.Changed changed) {
        incidents = changed.next();
        for (Incident incident : changed.incidents()) {
            all.put(incident.id(), wayBack.advise(incident));
            unsaved.add(incident.id());
        }
        while (all.size() > KEPT) {
            all.pollFirstEntry();
        }
        return changed.publish().stream().map(wayBack::advise).toList();
    }

    /** What is small and changes with every item. */
    record Head(
            Incidents incidents,
            List<RankWatch.Position> ranks,
            Set<String> scalars,
            Set<String> metrics,
            long lastPoint,
            int incarnation,
            int pass,
            List<Long> checkpoints) {}

    /** An incident as it is stored; the JSON of the topic, so that there is one form of it. */
    record Told(JsonNode incident) {}

    /** The chunks of the state that changed since the last call, by name; all of them at the first. */
    public SortedMap<String, byte[]> store() {
        SortedMap<String, byte[]> chunks = new TreeMap<>();
        List<RankWatch.Position> positions = new ArrayList<>();
        ranks.forEach((number, rank) -> positions.add(rank.store(number, chunks)));
        run.store(RUN, chunks);
        writers.store(WRITERS, chunks);
        Head head = new Head(
                incidents,
                positions,
                run.scalarsSeen(),
                run.metricsSeen(),
                lastPoint,
                incarnation,
                pass,
                wayBack.checkpoints());
        StateCodec.write(HEAD, head, chunks);
        for (int id : unsaved) {
            if (all.containsKey(id)) {
                StateCodec.write(INCIDENT + id, new Told(IncidentJson.write(all.get(id))), chunks);
            }
        }
        unsaved.clear();
        return chunks;
    }

    /** The watch that stored these chunks, where it stopped. */
    public static RunWatch resume(RunId id, Settings settings, Map<String, byte[]> chunks) {
        RunWatch watch = new RunWatch(id, settings);
        Head head = StateCodec.read(HEAD, Head.class, chunks);
        if (head == null) {
            return watch;
        }
        watch.incidents = head.incidents;
        watch.lastPoint = head.lastPoint;
        watch.incarnation = head.incarnation;
        watch.pass = head.pass;
        watch.wayBack.resume(head.checkpoints);
        watch.run.resume(RUN, chunks, head.scalars, head.metrics);
        watch.writers.resume(WRITERS, chunks, head.scalars, head.metrics);
        head.ranks.forEach(
                position -> watch.ranks.put(position.rank(), RankWatch.resume(watch.ofRank, position, chunks)));
        StateCodec.names(INCIDENT, chunks).keySet().forEach(name -> {
            Incident incident =
                    IncidentJson.read(StateCodec.read(name, Told.class, chunks).incident());
            watch.all.put(incident.id(), incident);
        });
        return watch;
    }
}
