package observatory.probe;

/**
 * What {@link Reduction.ToRange} leaves of a tensor's finite elements; minimum and maximum are NaN where there is none.
 */
public record Range(long finite, double min, double max, double sum) {
    public double mean() {
        return finite == 0 ? Double.NaN : sum / finite;
    }
}
