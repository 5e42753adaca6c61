package observatory.probe;

/** Where a probe says what it found: one number at one site. */
@FunctionalInterface
public interface SampleSink {
    void sample(Site site, String metric, double value);
}
