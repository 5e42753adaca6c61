package observatory.probe;

/**
 * A question to a whole step, answered from what the trainer noted and what other probes measured at their sites. Asked
 * in every step it is due, and silent where what it needs was not measured.
 */
public non-sealed interface StepProbe extends Question {
    void read(StepFacts facts, Sites sites, ScalarSink out);
}
