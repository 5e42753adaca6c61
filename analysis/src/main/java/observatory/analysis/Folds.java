package observatory.analysis;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import observatory.analysis.detector.Detector;
import observatory.analysis.detector.Detectors;
import observatory.analysis.detector.Judgement;
import observatory.analysis.detector.Needs;
import observatory.analysis.detector.Resumable;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.RunEvent;

/** Detectors and what each remembers. A detector that lacks what it needs in a frame is not asked. One thread. */
final class Folds {
    private final List<Detector<?>> detectors;
    private final Record[] states;
    private final Record[] stored;
    private final Set<String> scalarsSeen = new TreeSet<>();
    private final Set<String> metricsSeen = new TreeSet<>();
    private List<String> scalars = List.of();
    private List<String> metrics = List.of();
    private boolean hasBatch;
    private final boolean[] asked;

    Folds(List<Detector<?>> detectors) {
        this.detectors = detectors;
        this.states = new Record[detectors.size()];
        this.stored = new Record[detectors.size()];
        this.asked = new boolean[detectors.size()];
        restart();
        lookAt(List.of(), List.of());
    }

    /** Every detector begins at its beginning. */
    void restart() {
        for (int i = 0; i < states.length; i++) {
            states[i] = detectors.get(i).start();
        }
    }

    /** The run goes on from a checkpoint: a detector keeps what is still true. */
    void resumed() {
        for (int i = 0; i < states.length; i++) {
            states[i] = detectors.get(i) instanceof Resumable<?> detector
                    ? resumed(detector, states[i])
                    : detectors.get(i).start();
        }
    }

    void judge(Frame frame, List<Finding> findings) {
        List<String> names = frame.scalars().names();
        List<Column> columns = frame.sites().columns();
        boolean batch = frame.batch().isPresent();
        if (!names.equals(scalars) || batch != hasBatch || !sameMetrics(columns)) {
            hasBatch = batch;
            lookAt(names, columns.stream().map(Column::metric).toList());
        }
        for (int i = 0; i < states.length; i++) {
            if (asked[i]) {
                keep(i, judge(detectors.get(i), states[i], frame), findings);
            }
        }
    }

    void hear(RunEvent event, List<Finding> findings) {
        for (int i = 0; i < states.length; i++) {
            keep(i, hear(detectors.get(i), states[i], event), findings);
        }
    }

    private void keep(int i, Judgement<?> judgement, List<Finding> findings) {
        states[i] = judgement.state();
        findings.addAll(judgement.findings());
    }

    /** Why a detector of these had nothing to go by in any of the folds; empty where it had. */
    static Optional<String> missing(Detector<?> detector, List<Folds> all) {
        Needs needs = detector.needs();
        if (all.stream().anyMatch(folds -> needs.met(folds.scalarsSeen, folds.metricsSeen))) {
            return Optional.empty();
        }
        Supplier<Set<String>> scalars =
                () -> all.stream().flatMap(folds -> folds.scalarsSeen.stream()).collect(Collectors.toSet());
        Supplier<Set<String>> metrics =
                () -> all.stream().flatMap(folds -> folds.metricsSeen.stream()).collect(Collectors.toSet());
        String some = needs.any() ? "none of " : "";
        return absent(needs.scalars(), scalars.get())
                .map(name -> "no frame has the scalar " + some + name)
                .or(() -> absent(needs.metrics(), metrics.get())
                        .map(name -> name.equals(Needs.BATCH)
                                ? "no frame names the sequences of its batch"
                                : "no frame has the metric " + some + name + "; turn on its probe"));
    }

    private static Optional<String> absent(Set<String> names, Set<String> seen) {
        return names.stream().sorted().filter(name -> !seen.contains(name)).findFirst();
    }

    /** Adds the states that have changed since the last call, under this prefix. */
    void store(String prefix, Map<String, byte[]> out) {
        for (int i = 0; i < states.length; i++) {
            if (states[i] != stored[i]) {
                StateCodec.write(prefix + Detectors.name(detectors.get(i)), states[i], out);
                stored[i] = states[i];
            }
        }
    }

    /** Takes up stored states; a detector that is new since then begins at its beginning. */
    void resume(String prefix, Map<String, byte[]> chunks, Set<String> scalarsThen, Set<String> metricsThen) {
        for (int i = 0; i < states.length; i++) {
            Class<? extends Record> type = detectors.get(i).start().getClass();
            Record then = StateCodec.read(prefix + Detectors.name(detectors.get(i)), type, chunks);
            states[i] = then == null ? states[i] : then;
            stored[i] = then;
        }
        scalarsSeen.addAll(scalarsThen);
        metricsSeen.addAll(metricsThen);
    }

    Set<String> scalarsSeen() {
        return scalarsSeen;
    }

    Set<String> metricsSeen() {
        return metricsSeen;
    }

    private boolean sameMetrics(List<Column> columns) {
        if (columns.size() != metrics.size()) {
            return false;
        }
        for (int i = 0; i < columns.size(); i++) {
            if (!columns.get(i).metric().equals(metrics.get(i))) {
                return false;
            }
        }
        return true;
    }

    private void lookAt(List<String> names, List<String> columns) {
        scalars = names;
        metrics = columns;
        Set<String> present = Set.copyOf(names);
        Set<String> measured = new TreeSet<>(columns);
        if (hasBatch) {
            measured.add(Needs.BATCH);
        }
        scalarsSeen.addAll(present);
        metricsSeen.addAll(measured);
        for (int i = 0; i < asked.length; i++) {
            asked[i] = detectors.get(i).needs().met(present, measured);
        }
    }

    /** A detector only ever gets back a state it has made itself, hence the cast. */
    @SuppressWarnings("unchecked")
    private static <S extends Record> Judgement<S> judge(Detector<S> detector, Record state, Frame frame) {
        return detector.judge((S) state, frame);
    }

    @SuppressWarnings("unchecked")
    private static <S extends Record> S resumed(Resumable<S> detector, Record state) {
        return detector.resumed((S) state);
    }

    @SuppressWarnings("unchecked")
    private static <S extends Record> Judgement<S> hear(Detector<S> detector, Record state, RunEvent event) {
        return detector.hear((S) state, event);
    }
}
