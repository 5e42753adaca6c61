package observatory.trainer.replay;

import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import observatory.probe.Question;
import observatory.probe.Site;
import observatory.trainer.BatchEdit;
import observatory.trainer.SettingsEdit;

/**
 * One counterfactual: where it begins, how far it goes, and the one thing in which it differs from the run.
 *
 * @param from a snapshot of each rank
 * @param last the step after which it ends
 * @param batches by rank, what it is trained on instead
 * @param settings what the optimiser is told instead
 * @param wide where the forward pass stays in fp32
 * @param questions what is measured
 */
public record Trial(
        List<Snapshot> from,
        long last,
        IntFunction<BatchEdit> batches,
        SettingsEdit settings,
        Set<Site> wide,
        List<Question> questions) {

    /** The run as it was, from a point on. */
    public static Trial asRun(List<Snapshot> from, long last, List<Question> questions) {
        return new Trial(from, last, rank -> BatchEdit.NONE, SettingsEdit.NONE, Set.of(), questions);
    }

    public Trial from(List<Snapshot> other) {
        return new Trial(other, last, batches, settings, wide, questions);
    }

    public Trial until(long other) {
        return new Trial(from, other, batches, settings, wide, questions);
    }

    public Trial batches(IntFunction<BatchEdit> other) {
        return new Trial(from, last, other, settings, wide, questions);
    }

    public Trial settings(SettingsEdit other) {
        return new Trial(from, last, batches, other, wide, questions);
    }

    public Trial wide(Set<Site> other) {
        return new Trial(from, last, batches, settings, other, questions);
    }

    public Trial asking(List<Question> other) {
        return new Trial(from, last, batches, settings, wide, other);
    }

    /** After which step it begins. */
    public long after() {
        return from.getFirst().trainer().step();
    }
}
