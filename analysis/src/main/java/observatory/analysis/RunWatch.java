package observatory.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
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

    /** Checkpoints that are remembered; rings of trainers hold fewer. */
    private static final int CHECKPOINTS = 256;

    /** Of the last step: what begins again from further back is another run as likely as the same one. */
    private static final double NEAR = 0.8;

    private static final String LIVE = "live";
    private static final String HEAD = "head";
    private static final String RUN = "run/";
    private static final String WRITERS = "writers/";
    private static final String RANK = "rank/";
    private static final String INCIDENT = "incident/";

    private final List<Detector<?>> ofRank;
    private final List<Detector<?>> ofRun;
    private final Folds run;
    private final Folds writers;
    private final SortedMap<Integer, Rank> ranks = new TreeMap<>();
    private final TreeMap<Integer, Incident> all = new TreeMap<>();
    private final Set<Integer> unsaved = new TreeSet<>();
    private Incidents incidents;
    private final NavigableSet<Long> checkpoints = new TreeSet<>();
    private String framework = LIVE;
    private long lastPoint = Long.MIN_VALUE;
    private int incarnation;
    private int pass;

    /** The folds of one rank, and how far it has come. Each process that writes for a rank has its own numbers. */
    private static final class Rank {
        private final Folds folds;
        private final SortedMap<String, Long> lastSeq = new TreeMap<>();
        private String writer;
        private final Set<String> former = new TreeSet<>();
        private long lastStep = Long.MIN_VALUE;
        private int incarnation;

        private Rank(List<Detector<?>> detectors) {
            this.folds = new Folds(detectors);
        }
    }

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
        this.framework = framework;
        return this;
    }

    /** Judges one item; the incidents that opened, went on, escalated or resolved with it. */
    public List<Incident> accept(Telemetry item) {
        Rank rank = ranks.computeIfAbsent(item.origin().rank(), r -> new Rank(ofRank));
        String writer = item.origin().writer().toString();
        if (item.seq() <= rank.lastSeq.getOrDefault(writer, Long.MIN_VALUE)) {
            return List.of();
        }
        // One that had its turn before: it should be gone, and what it says is not judged.
        boolean superseded = rank.former.contains(writer);
        rank.lastSeq.put(writer, item.seq());
        return switch (item) {
            case Frame frame -> superseded ? disown(frame) : judge(rank, frame);
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
                : ranks.values().stream().map(rank -> rank.folds).toList();
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

    private List<Incident> judge(Rank rank, Frame frame) {
        String writer = frame.origin().writer().toString();
        if (rank.writer != null && !writer.equals(rank.writer)) {
            rank.former.add(rank.writer);
        }
        rank.writer = writer;
        List<Incident> changed = new ArrayList<>();
        boolean back = frame.step() <= rank.lastStep;
        if (back || frame.origin().incarnation() != rank.incarnation) {
            if (frame.step() >= NEAR * rank.lastStep) {
                rank.folds.resumed();
            } else {
                rank.folds.restart();
            }
            boolean leads = ranks.get(ranks.firstKey()) == rank;
            if (frame.origin().incarnation() > incarnation || back && leads) {
                changed.addAll(finish());
                lastPoint = Long.MIN_VALUE;
                pass++;
            }
        }
        rank.lastStep = frame.step();
        rank.incarnation = frame.origin().incarnation();
        incarnation = Math.max(incarnation, rank.incarnation);
        List<Finding> findings = new ArrayList<>();
        rank.folds.judge(frame, findings);
        run.judge(frame, findings);
        writers.judge(frame, findings);
        boolean point = frame.step() > lastPoint;
        lastPoint = Math.max(lastPoint, frame.step());
        changed.addAll(publish(point ? incidents.point(findings) : incidents.aside(findings)));
        return changed;
    }

    private List<Incident> hear(Rank rank, RunEvent event) {
        if (event.kind() == RunEvent.Kind.CHECKPOINT
                && !"failed".equals(event.details().get("outcome"))) {
            checkpoints.add(event.step());
            while (checkpoints.size() > CHECKPOINTS) {
                checkpoints.pollFirst();
            }
        }
        List<Finding> findings = new ArrayList<>();
        rank.folds.hear(event, findings);
        run.hear(event, findings);
        List<Incident> changed = new ArrayList<>(publish(incidents.aside(findings)));
        if (event.kind() == RunEvent.Kind.END) {
            boolean goesOn = RunState.ended(event.details().getOrDefault("reason", "")) == RunState.DETACHED;
            changed.addAll(goesOn ? publish(incidents.pause()) : finish());
            forget(rank, event.origin().writer().toString());
        }
        return changed;
    }

    /** Whoever tails a log ends it under a writer of its own, again and again: what only ends needs no numbers kept. */
    private static void forget(Rank rank, String writer) {
        if (!writer.equals(rank.writer) && !rank.former.contains(writer)) {
            rank.lastSeq.remove(writer);
        }
    }

    private List<Incident> publish(Incidents.Changed changed) {
        incidents = changed.next();
        for (Incident incident : changed.incidents()) {
            all.put(incident.id(), advised(incident));
            unsaved.add(incident.id());
        }
        while (all.size() > KEPT) {
            all.pollFirstEntry();
        }
        return changed.publish().stream().map(this::advised).toList();
    }

    /** With the line to paste, where going back is among what one may do. */
    private Incident advised(Incident incident) {
        if (Family.of(incident.kind()) != Family.INSTABILITY || incident.severity() == Severity.INFO) {
            return incident;
        }
        Long before = checkpoints.lower(incident.firstStep());
        return incident.with(
                incident.evidence().with("paste", Playbook.paste(framework, incident, before == null ? -1 : before)));
    }

    /**
     * How far one rank has come.
     *
     * @param writer whose turn it is
     * @param former those whose turn is over
     */
    record Position(
            int rank,
            SortedMap<String, Long> lastSeq,
            String writer,
            Set<String> former,
            long lastStep,
            int incarnation,
            Set<String> scalars,
            Set<String> metrics) {
        Position {
            // A state that was stored before this was kept has none.
            former = former == null ? Set.of() : former;
        }
    }

    /** What is small and changes with every item. */
    record Head(
            Incidents incidents,
            List<Position> ranks,
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
        List<Position> positions = new ArrayList<>();
        ranks.forEach((number, rank) -> {
            rank.folds.store(RANK + number + "/", chunks);
            positions.add(new Position(
                    number,
                    rank.lastSeq,
                    rank.writer,
                    rank.former,
                    rank.lastStep,
                    rank.incarnation,
                    rank.folds.scalarsSeen(),
                    rank.folds.metricsSeen()));
        });
        run.store(RUN, chunks);
        writers.store(WRITERS, chunks);
        StateCodec.write(
                HEAD,
                new Head(
                        incidents,
                        positions,
                        run.scalarsSeen(),
                        run.metricsSeen(),
                        lastPoint,
                        incarnation,
                        pass,
                        List.copyOf(checkpoints)),
                chunks);
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
        watch.checkpoints.addAll(head.checkpoints);
        watch.run.resume(RUN, chunks, head.scalars, head.metrics);
        watch.writers.resume(WRITERS, chunks, head.scalars, head.metrics);
        for (Position position : head.ranks) {
            Rank rank = new Rank(watch.ofRank);
            rank.lastSeq.putAll(position.lastSeq);
            rank.writer = position.writer;
            rank.former.addAll(position.former);
            rank.lastStep = position.lastStep;
            rank.incarnation = position.incarnation;
            rank.folds.resume(RANK + position.rank + "/", chunks, position.scalars, position.metrics);
            watch.ranks.put(position.rank, rank);
        }
        StateCodec.names(INCIDENT, chunks).keySet().forEach(name -> {
            Incident incident =
                    IncidentJson.read(StateCodec.read(name, Told.class, chunks).incident());
            watch.all.put(incident.id(), incident);
        });
        return watch;
    }
}
