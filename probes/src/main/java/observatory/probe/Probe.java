package observatory.probe;

import java.util.Set;

/**
 * One question to a training run: where to look, how often, which reduction of the tensor is needed, and what to call
 * the answer. A probe keeps nothing from step to step and never sees the tensor, so it can neither change nor hold it.
 * What it reports it declares with {@link Metric}. If it throws, training goes on and the probe is disabled after a
 * few times.
 *
 * @param <R> the result of its reduction
 */
public interface Probe<R> {
    Set<Hook> hooks();

    Schedule schedule();

    Reduction<R> reduction();

    /** Turns one result into samples; called after the step's tensors are gone, once for each site that was due. */
    void read(Site site, R result, SampleSink out);
}
