package observatory.cli.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.probe.Frame;
import observatory.trainer.Recipe;
import observatory.trainer.checkpoint.Checkpoint;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.checkpoint.CheckpointRing;
import observatory.trainer.replay.Snapshot;
import observatory.trainer.replay.Stand;

/**
 * What is replayed: an incident of a run, what was recorded around it, the program that trained
 * it, and its checkpoints.
 *
 * @param kind empty where only a step was named
 * @param began where the incident began
 * @param first its first step that is looked at: of a long one, a few before the worst
 * @param last last step
 * @param peak worst step
 * @param recipe of the run without what the machine did to it
 * @param from the newest checkpoint that may be used; empty for any
 * @param resumedAfter where the run went on from the checkpoint of another run or program, which has no say
 * before it; else 0
 * @param changed steps after which an operator changed the run
 */
public record Subject(
        String run,
        Optional<Kind> kind,
        long began,
        long first,
        long last,
        long peak,
        List<Frame> recorded,
        Recipe recipe,
        CheckpointRing ring,
        Optional<Long> from,
        long resumedAfter,
        List<Long> changed) {
    /** A run is begun anew where it has no checkpoint only if it gets to the incident within so many steps. */
    static final long FROM_THE_BEGINNING = 1000;

    /** Where a replay begins. */
    record Start(long step, boolean onDisk, List<Snapshot> ranks) {}

    /**
     * The newest state that leaves some steps before the first that is varied; fewer of them where the run was resumed
     * only then, at least the one that says what the settings were.
     */
    Start lead(long first, int steps, Stand stand) throws IOException {
        if (resumedAfter > 0 && first < resumedAfter + 2) {
            throw new CheckpointException(run + " went on after " + Incident.step(resumedAfter)
                    + " from the checkpoint of another run or with other settings, and these steps begin at once, with "
                    + Incident.step(first) + ": there is none before them to compare with; `observatory runs " + run
                    + "` says what was changed, and --step names a later one");
        }
        long full = Math.max(0, first - 1 - steps);
        return before(full < resumedAfter ? first - 2 : full, stand);
    }

    /** The newest state at or before a step. */
    Start before(long step, Stand stand) throws IOException {
        SortedMap<Long, Path> all = ring.all();
        long end = Math.min(step, from.orElse(Long.MAX_VALUE)) + 1;
        SortedMap<Long, Path> usable = all.tailMap(resumedAfter).headMap(Math.max(end, resumedAfter));
        if (usable.isEmpty()) {
            if (step > FROM_THE_BEGINNING || resumedAfter > 0) {
                throw new CheckpointException(
                        "no checkpoint of " + run + " at or before " + Incident.step(step) + " in "
                                + ring.folder()
                                + (all.isEmpty() ? ", and none at all" : "; there are those of steps " + all.keySet())
                                + "; train with --checkpoint-every and a --keep that reaches back over the incident");
            }
            return new Start(0, false, stand.beginning());
        }
        long at = usable.lastKey();
        return new Start(at, true, stand.open(Checkpoint.open(usable.get(at))));
    }
}
