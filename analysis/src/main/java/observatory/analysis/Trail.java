package observatory.analysis;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where in the telemetry the last steps of a run lie, and where the steps before each of its incidents begin: so that
 * they can be read again. It says an offset that is early enough, not the last that would be. Belongs to one thread.
 */
final class Trail {
    /** Steps between two marks, and by which one rank may be behind another. */
    private static final int APART = 64;

    private static final int MARKS = 16;
    /** Incidents whose beginning is remembered; more are not open at once. */
    private static final int INCIDENTS = 64;

    /**
     * As it is stored.
     *
     * @param pass of the run over its steps, see {@link RunWatch#pass}
     * @param marks offsets of steps
     * @param begun offsets of incidents
     */
    record State(long offset, int pass, SortedMap<Long, Long> marks, SortedMap<Integer, Long> begun) {}

    private final TreeMap<Long, Long> marks = new TreeMap<>();
    private final TreeMap<Integer, Long> begun = new TreeMap<>();
    private long offset;
    private int pass;

    static Trail resume(State state) {
        Trail trail = new Trail();
        trail.offset = state.offset;
        trail.pass = state.pass;
        trail.marks.putAll(state.marks);
        trail.begun.putAll(state.begun);
        return trail;
    }

    State state() {
        return new State(offset, pass, marks, begun);
    }

    /** The offset of the record that was last judged, as far as is known. */
    long offset() {
        return offset;
    }

    /** A record of this step, of this pass, has this offset. */
    void mark(int pass, long step, long offset) {
        if (pass != this.pass) {
            marks.clear();
        }
        this.pass = pass;
        this.offset = offset;
        if (marks.isEmpty() || step >= marks.lastKey() + APART) {
            marks.put(step, offset);
        }
        if (marks.size() > MARKS) {
            marks.pollFirstEntry();
        }
    }

    /** The offset from which on the steps before an incident are found. */
    long before(Incident incident) {
        long from = begun.computeIfAbsent(incident.id(), id -> {
            var mark = marks.floorEntry(incident.firstStep() - SpikeLog.MARGIN - APART);
            return (mark == null ? marks.firstEntry() : mark).getValue();
        });
        if (begun.size() > INCIDENTS) {
            begun.pollFirstEntry();
        }
        return from;
    }
}
