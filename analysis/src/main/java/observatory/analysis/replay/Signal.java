package observatory.analysis.replay;

/**
 * One number that is followed over the steps: a metric at a site, or a scalar of the step where {@code site} is empty.
 */
public record Signal(String metric, String site) {
    /** For people: {@code loss}, or {@code update ratio at layer 2 mlp.up update}. */
    public String label() {
        return metric.replace('_', ' ') + (site.isEmpty() ? "" : " at " + site);
    }
}
