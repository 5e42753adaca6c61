package observatory.analysis;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import observatory.analysis.detector.Detector;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Telemetry;

/**
 * The detectors of one rank, how far it has come, and whose frames it goes by: each process that writes for a rank has
 * its own numbers, and one that another has taken over from is no longer heard. One thread.
 */
final class RankWatch {
    /** Of the last step: what begins again from further back is another run as likely as the same one. */
    private static final double NEAR = 0.8;

    private static final String STORED = "rank/";

    private final Folds folds;
    private final SortedMap<String, Long> lastSeq = new TreeMap<>();
    private String writer;
    private final Set<String> former = new TreeSet<>();
    private long lastStep = Long.MIN_VALUE;
    private int incarnation;

    RankWatch(List<Detector<?>> detectors) {
        this.folds = new Folds(detectors);
    }

    /** Counts an item; false where it was there before. */
    boolean isNew(Telemetry item) {
        String from = item.origin().writer().toString();
        if (item.seq() <= lastSeq.getOrDefault(from, Long.MIN_VALUE)) {
            return false;
        }
        lastSeq.put(from, item.seq());
        return true;
    }

    /** Whether the process that sent this had its turn before: it should be gone, and what it says is not judged. */
    boolean superseded(Telemetry item) {
        return former.contains(item.origin().writer().toString());
    }

    /**
     * Makes ready for a frame: where it does not go on from the last, the detectors begin anew or take up again. True
     * where its step was there before.
     */
    boolean goesBack(Frame frame) {
        String from = frame.origin().writer().toString();
        if (writer != null && !from.equals(writer)) {
            former.add(writer);
        }
        writer = from;
        boolean back = frame.step() <= lastStep;
        if (back || frame.origin().incarnation() != incarnation) {
            if (frame.step() >= NEAR * lastStep) {
                folds.resumed();
            } else {
                folds.restart();
            }
        }
        lastStep = frame.step();
        incarnation = frame.origin().incarnation();
        return back;
    }

    void judge(Frame frame, List<Finding> findings) {
        folds.judge(frame, findings);
    }

    void hear(RunEvent event, List<Finding> findings) {
        folds.hear(event, findings);
    }

    /** Whoever tails a log ends it under a writer of its own, again and again: what only ends needs no numbers kept. */
    void forget(RunEvent end) {
        String from = end.origin().writer().toString();
        if (!from.equals(writer) && !former.contains(from)) {
            lastSeq.remove(from);
        }
    }

    Folds folds() {
        return folds;
    }

    /**
     * How far one rank has come, as it is stored.
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

    /** Adds the chunks of the folds that changed since the last call. */
    Position store(int rank, Map<String, byte[]> chunks) {
        folds.store(STORED + rank + "/", chunks);
        return new Position(
                rank, lastSeq, writer, former, lastStep, incarnation, folds.scalarsSeen(), folds.metricsSeen());
    }

    /** The rank that stored this. */
    static RankWatch resume(List<Detector<?>> detectors, Position position, Map<String, byte[]> chunks) {
        RankWatch rank = new RankWatch(detectors);
        rank.lastSeq.putAll(position.lastSeq);
        rank.writer = position.writer;
        rank.former.addAll(position.former);
        rank.lastStep = position.lastStep;
        rank.incarnation = position.incarnation;
        rank.folds.resume(STORED + position.rank + "/", chunks, position.scalars, position.metrics);
        return rank;
    }
}
