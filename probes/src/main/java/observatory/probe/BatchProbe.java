package observatory.probe;

/** A question to the tokens a step is trained on, one answer for each sequence. */
public non-sealed interface BatchProbe extends Question {
    /** @param seen what of this run's data was seen before, including what this step has put there so far */
    void read(Tokens tokens, RunSketch seen, SequenceSink out);
}
