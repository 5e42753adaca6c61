package observatory.probe;

import java.util.Objects;

/** Changes how a run goes on. What it needs, such as a checkpoint of the step to go back to, the trainer checks. */
public sealed interface TrainerCommand extends Command {
    /** Stays before the next step until {@link Resume} or {@link Stop}; commands are still taken. */
    record Pause() implements TrainerCommand {}

    record Resume() implements TrainerCommand {}

    /** Writes a checkpoint before the next step, whatever the schedule of checkpoints says. */
    record Checkpoint() implements TrainerCommand {}

    /** Multiplies the learning rate of the schedule, from the next step on; 1 restores the schedule. */
    record ChangeLearningRate(double factor) implements TrainerCommand {
        public ChangeLearningRate {
            if (!(factor >= 0) || Double.isInfinite(factor)) {
                throw new IllegalArgumentException("a learning-rate factor is 0 or more: factor=" + factor);
            }
        }
    }

    /** Goes back to the state after a step, and leaves out the batches of the {@code skip} steps that followed it. */
    record Rewind(long toStep, int skip) implements TrainerCommand {
        public Rewind {
            if (toStep < 0 || skip < 0) {
                throw new IllegalArgumentException(
                        "a rewind names a step and a number of batches to skip, each from 0: toStep=" + toStep
                                + ", skip=" + skip);
            }
        }
    }

    /** Goes on in another format, by its label such as {@code bf16}. */
    record ChangePrecision(String format) implements TrainerCommand {
        public ChangePrecision {
            Objects.requireNonNull(format, "format");
        }
    }

    /** Ends the run in order before the next step. */
    record Stop() implements TrainerCommand {}
}
