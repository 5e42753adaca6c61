package observatory.probe;

/** The Euclidean norms of two tensors of one shape, such as an update and the weight it was added to. */
public record Norms(double first, double second) {

    /** First over second; NaN where the second is zero. */
    public double ratio() {
        return second == 0 ? Double.NaN : first / second;
    }
}
