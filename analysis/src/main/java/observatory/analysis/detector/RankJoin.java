package observatory.analysis.detector;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Joins one number of every rank on its step. A step is complete when every rank that belongs to the run has spoken;
 * one that is {@link #PATIENCE} steps behind the newest is given up with the ranks it has. Both depend on the records
 * alone, so live and replay agree.
 *
 * @param ranks that were seen lately, with the last step of each
 * @param open steps that wait for ranks
 * @param done the highest step that was complete or given up
 */
record RankJoin(SortedMap<Integer, Long> ranks, SortedMap<Long, SortedMap<Integer, Double>> open, long done) {
    static final int PATIENCE = 32;

    /** A step with what its ranks said, and the ranks that did not speak in time. */
    record Joined(long step, SortedMap<Integer, Double> values, SortedSet<Integer> missing) {}

    record Next(RankJoin join, List<Joined> joined) {}

    static RankJoin start() {
        return new RankJoin(new TreeMap<>(), new TreeMap<>(), Long.MIN_VALUE);
    }

    Next with(int rank, long step, double value) {
        SortedMap<Integer, Long> known = new TreeMap<>(ranks);
        boolean back = step < known.getOrDefault(rank, Long.MIN_VALUE);
        known.put(rank, step);
        TreeMap<Long, SortedMap<Integer, Double>> waiting = back ? new TreeMap<>() : new TreeMap<>(open);
        long finished = back ? step - 1 : done;
        if (step <= finished) {
            return new Next(new RankJoin(known, waiting, finished), List.of());
        }
        SortedMap<Integer, Double> values = new TreeMap<>(waiting.getOrDefault(step, new TreeMap<>()));
        values.put(rank, value);
        waiting.put(step, values);
        List<Joined> joined = new ArrayList<>();
        while (!waiting.isEmpty()) {
            long first = waiting.firstKey();
            boolean late = waiting.lastKey() - first >= PATIENCE;
            if (waiting.get(first).size() < known.size() && !late) {
                break;
            }
            SortedSet<Integer> missing = new TreeSet<>(known.keySet());
            missing.removeAll(waiting.get(first).keySet());
            joined.add(new Joined(first, waiting.remove(first), missing));
            finished = first;
        }
        return new Next(new RankJoin(known, waiting, finished), joined);
    }
}
