package observatory.probe;

import java.util.Set;

/**
 * A question to tensors: at which hooks to look, how often, which reduction of the tensor is needed, and what to call
 * the answer. A probe never sees the tensor, so it can neither change nor hold it.
 *
 * @param <R> the result of its reduction
 */
public non-sealed interface Probe<R> extends Question {
    Set<Hook> hooks();

    Reduction<R> reduction();

    /** Turns one result into samples; called after the step's tensors are gone, once for each site that was due. */
    void read(Site site, R result, SampleSink out);
}
