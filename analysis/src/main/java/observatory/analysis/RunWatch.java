package observatory.analysis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.analysis.detector.Detector;
import observatory.analysis.detector.Detectors;
import observatory.analysis.detector.Judgement;
import observatory.analysis.detector.Needs;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.Json;

/**
 * All detectors and the joining of their findings over one run: the same for a live stream, a replay and a log. What
 * comes twice is passed over; a step that goes back begins the baselines anew. Its state can be stored at any point and
 * resumed elsewhere, and then judges as if it had never stopped. Belongs to one thread.
 */
public final class RunWatch {
    private final List<Detector<?>> detectors;
    private Incidents incidents;
    private final SortedMap<String, Rank> ranks = new TreeMap<>();
    private final SortedMap<Integer, Incident> all = new TreeMap<>();

    /** Detector states of one rank, and how far it has come. Each process that writes for a rank has its own numbers. */
    private static final class Rank {
        private final List<Record> states = new ArrayList<>();
        private final SortedMap<String, Long> lastSeq = new TreeMap<>();
        private long lastStep = Long.MIN_VALUE;
        private int incarnation;
        private final java.util.Set<String> seen = new java.util.TreeSet<>();
    }

    /** A detector that could not judge, and why. */
    public record NotApplicable(String detector, String reason) {}

    private RunWatch(List<Detector<?>> detectors, Incidents incidents) {
        this.detectors = detectors;
        this.incidents = incidents;
    }

    public static RunWatch of(RunId run) {
        return new RunWatch(Detectors.all(), Incidents.of(run));
    }

    /** Judges one item; the incidents that opened, went on, escalated or resolved with it. */
    public List<Incident> accept(Telemetry item) {
        Rank rank = ranks.computeIfAbsent(Integer.toString(item.origin().rank()), r -> fresh());
        String writer = item.origin().writer().toString();
        if (item.seq() <= rank.lastSeq.getOrDefault(writer, Long.MIN_VALUE)) {
            return List.of();
        }
        rank.lastSeq.put(writer, item.seq());
        return switch (item) {
            case Frame frame -> judge(rank, frame);
            case RunEvent event -> event.kind() == RunEvent.Kind.END ? finish() : List.of();
        };
    }

    /** Nothing more comes: what has been quiet lately is resolved. */
    public List<Incident> finish() {
        return publish(incidents.end());
    }

    /** Every incident so far, as it stands now. */
    public List<Incident> incidents() {
        return List.copyOf(all.values());
    }

    /** The detectors that never saw what they need. */
    public List<NotApplicable> notApplicable() {
        List<NotApplicable> list = new ArrayList<>();
        for (Detector<?> detector : detectors) {
            Needs needs = detector.needs();
            missing(needs.scalars(), "scalar ", "")
                    .or(() -> missing(needs.metrics(), "metric ", "; turn on its probe"))
                    .ifPresent(reason -> list.add(new NotApplicable(Detectors.name(detector), reason)));
        }
        return list;
    }

    private java.util.Optional<String> missing(java.util.Set<String> names, String what, String next) {
        return names.stream()
                .sorted()
                .filter(name -> ranks.values().stream().noneMatch(rank -> rank.seen.contains(what + name)))
                .map(name -> "no frame has the " + what + name + next)
                .findFirst();
    }

    private List<Incident> judge(Rank rank, Frame frame) {
        List<Incident> changed = new ArrayList<>();
        if (frame.step() <= rank.lastStep || frame.origin().incarnation() != rank.incarnation) {
            rank.states.clear();
            rank.states.addAll(fresh().states);
            if (rank.lastStep != Long.MIN_VALUE) {
                changed.addAll(finish());
            }
        }
        rank.lastStep = frame.step();
        rank.incarnation = frame.origin().incarnation();
        frame.scalars().names().forEach(name -> rank.seen.add("scalar " + name));
        frame.sites().columns().forEach(column -> rank.seen.add("metric " + column.metric()));
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < detectors.size(); i++) {
            Judgement<?> judgement = judge(detectors.get(i), rank.states.get(i), frame);
            rank.states.set(i, judgement.state());
            findings.addAll(judgement.findings());
        }
        changed.addAll(publish(incidents.point(findings)));
        return changed;
    }

    /** A detector only ever gets back a state it has made itself, hence the cast. */
    @SuppressWarnings("unchecked")
    private static <S extends Record> Judgement<S> judge(Detector<S> detector, Record state, Frame frame) {
        return detector.judge((S) state, frame);
    }

    private List<Incident> publish(Incidents.Changed changed) {
        incidents = changed.next();
        changed.incidents().forEach(incident -> all.put(incident.id(), incident));
        return changed.incidents();
    }

    private Rank fresh() {
        Rank rank = new Rank();
        detectors.forEach(detector -> rank.states.add(detector.start()));
        return rank;
    }

    /** What is stored of a rank. */
    record StoredRank(
            SortedMap<String, JsonNode> states,
            SortedMap<String, Long> lastSeq,
            long lastStep,
            int incarnation,
            List<String> seen) {}

    /** What is stored of a watch. */
    record Stored(
            String run,
            int next,
            List<JsonNode> open,
            List<Double> peaks,
            List<Integer> quiet,
            List<JsonNode> all,
            SortedMap<String, StoredRank> ranks) {}

    /** The state as JSON. */
    public byte[] store() {
        SortedMap<String, StoredRank> storedRanks = new TreeMap<>();
        ranks.forEach((name, rank) -> {
            SortedMap<String, JsonNode> states = new TreeMap<>();
            for (int i = 0; i < detectors.size(); i++) {
                states.put(Detectors.name(detectors.get(i)), Json.mapper().valueToTree(rank.states.get(i)));
            }
            storedRanks.put(
                    name,
                    new StoredRank(states, rank.lastSeq, rank.lastStep, rank.incarnation, List.copyOf(rank.seen)));
        });
        Stored stored = new Stored(
                incidents.run().value(),
                incidents.next(),
                incidents.open().stream()
                        .<JsonNode>map(open -> IncidentJson.write(open.incident()))
                        .toList(),
                incidents.open().stream().map(Incidents.Open::peak).toList(),
                incidents.open().stream().map(Incidents.Open::quietPoints).toList(),
                all.values().stream().<JsonNode>map(IncidentJson::write).toList(),
                storedRanks);
        try {
            return Json.mapper().writeValueAsBytes(stored);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a state is records, numbers and text", e);
        }
    }

    /** The watch that stored these bytes, where it stopped. */
    public static RunWatch resume(byte[] bytes) {
        try {
            Stored stored = Json.mapper().readValue(bytes, Stored.class);
            List<Incidents.Open> open = new ArrayList<>();
            for (int i = 0; i < stored.open.size(); i++) {
                open.add(new Incidents.Open(
                        IncidentJson.read(stored.open.get(i)), stored.peaks.get(i), stored.quiet.get(i)));
            }
            RunWatch watch = new RunWatch(Detectors.all(), new Incidents(new RunId(stored.run), open, stored.next));
            for (JsonNode one : stored.all) {
                Incident incident = IncidentJson.read(one);
                watch.all.put(incident.id(), incident);
            }
            for (Map.Entry<String, StoredRank> entry : stored.ranks.entrySet()) {
                watch.ranks.put(entry.getKey(), watch.rank(entry.getValue()));
            }
            return watch;
        } catch (java.io.IOException e) {
            throw new IllegalStateException("the stored state of a run cannot be read: " + e.getMessage(), e);
        }
    }

    private Rank rank(StoredRank stored) throws JsonProcessingException {
        Rank rank = new Rank();
        for (Detector<?> detector : detectors) {
            JsonNode state = stored.states.get(Detectors.name(detector));
            // A detector that is new since the state was stored begins at its beginning.
            rank.states.add(
                    state == null
                            ? detector.start()
                            : Json.mapper().treeToValue(state, detector.start().getClass()));
        }
        rank.lastSeq.putAll(stored.lastSeq);
        rank.lastStep = stored.lastStep;
        rank.incarnation = stored.incarnation;
        rank.seen.addAll(stored.seen);
        return rank;
    }
}
