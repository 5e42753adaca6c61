package observatory.probe;

/** Where a batch probe says what it found: one number of one sequence of the batch, numbered from 0. */
@FunctionalInterface
public interface SequenceSink {
    void sample(int sequence, String metric, double value);
}
