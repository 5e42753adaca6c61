package observatory.trainer.replay;

import java.util.List;
import observatory.probe.Frame;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.Trainer;

/**
 * What a trial came to.
 *
 * @param steps what each step came to, of the first rank
 * @param frames what was measured, in the order of the steps and then of the ranks
 * @param settings what each step was told
 * @param end a snapshot of each rank after the last step
 * @param ended why it ended before its last step; empty where it did not
 */
public record Course(
        List<Trainer.Result> steps, List<Frame> frames, List<StepSettings> settings, List<Snapshot> end, String ended) {

    /** Frames of one rank. */
    public List<Frame> of(int rank) {
        return frames.stream().filter(frame -> frame.origin().rank() == rank).toList();
    }

    /** The loss of a step; NaN where it was not taken. */
    public double loss(long step) {
        return steps.stream()
                .filter(result -> result.step() == step)
                .mapToDouble(Trainer.Result::loss)
                .findFirst()
                .orElse(Double.NaN);
    }
}
