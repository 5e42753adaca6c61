package observatory.cli.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.trainer.checkpoint.CheckpointRing;

/**
 * Holds the checkpoints that a replay of an incident begins with before the ring drops them: two from before it, far
 * enough before that the steps between say how things were, and the first one after it.
 */
final class Holding {
    /** Steps that say how things were, and those by which findings come late. */
    private static final int BEFORE = 26;

    private final Optional<CheckpointRing> ring;

    Holding(Optional<CheckpointRing> ring) {
        this.ring = ring;
    }

    /** Any number of times, with all incidents so far. */
    void hold(List<Incident> incidents) {
        if (ring.isEmpty()) {
            return;
        }
        try {
            for (Incident incident : incidents) {
                if (incident.severity() != Severity.INFO) {
                    hold(incident.firstStep());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot keep checkpoints in " + ring.get().folder(), e);
        }
    }

    private void hold(long step) throws IOException {
        SortedMap<Long, ?> all = ring.get().all();
        SortedMap<Long, ?> before = all.headMap(step - BEFORE + 1);
        if (!before.isEmpty()) {
            long near = before.lastKey();
            ring.get().hold(near);
            SortedMap<Long, ?> earlier = before.headMap(near);
            if (!earlier.isEmpty()) {
                ring.get().hold(earlier.lastKey());
            }
        }
        SortedMap<Long, ?> after = all.tailMap(step);
        if (!after.isEmpty()) {
            ring.get().hold(after.firstKey());
        }
    }
}
