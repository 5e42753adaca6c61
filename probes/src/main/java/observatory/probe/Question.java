package observatory.probe;

import java.util.Locale;

/**
 * One question to a training run. Which kind it is depends on what answers it: a tensor at a hook ({@link Probe}), the
 * tokens of the batch ({@link BatchProbe}), or what is already known of the step ({@link StepProbe}). What a question
 * reports it declares with {@link Metric}. It keeps nothing from step to step. If it throws, training goes on and the
 * question is taken out after a few times.
 */
public sealed interface Question permits Probe, BatchProbe, StepProbe {
    Schedule schedule();

    /** Its name for people and commands: that of its class, as {@code activation-scale}. */
    default String name() {
        return getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-")
                .toLowerCase(Locale.ROOT);
    }
}
