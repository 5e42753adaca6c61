package observatory.probe;

/** Where a step probe says what it found: one number of the whole step. */
@FunctionalInterface
public interface ScalarSink {
    void scalar(String name, double value);
}
