package observatory.probe;

import java.util.Set;

/**
 * A question to a whole step, answered from what the trainer noted and what other probes measured at their sites. Asked
 * in every step it is due, and silent where what it needs was not measured.
 */
public non-sealed interface StepProbe extends Question {
    /** Scalars that a trainer computes for those who ask alone; see {@link Instruments#making(String, Runnable)}. */
    default Set<String> asks() {
        return Set.of();
    }

    void read(StepFacts facts, Sites sites, ScalarSink out);
}
