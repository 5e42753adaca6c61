package observatory.probe;

/** How many of a tensor's elements are finite, and the sum of their squares. */
public record Squares(long finite, double sum) {
    /** Root mean square; NaN where no element is finite. */
    public double rms() {
        return finite == 0 ? Double.NaN : Math.sqrt(sum / finite);
    }
}
