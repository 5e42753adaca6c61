package observatory.probe;

/**
 * What {@link Reduction.ToMoments} leaves of a tensor. Sums and the largest magnitude are over the finite elements
 * only; what is not finite is counted and never enters arithmetic.
 */
public record Moments(long count, double sum, double sumOfSquares, double absMax, long nan, long infinite) {

    /** Number of elements that are neither NaN nor infinite. */
    public long finite() {
        return count - nan - infinite;
    }

    /** What {@link Reduction.ToBroken} leaves of the same tensor. */
    public Broken broken() {
        return new Broken(nan, infinite);
    }

    /** What {@link Reduction.ToSquares} leaves of the same tensor. */
    public Squares squares() {
        return new Squares(finite(), sumOfSquares);
    }

    /** Root mean square of the finite elements; NaN where there is none. */
    public double rms() {
        return squares().rms();
    }

    /** Euclidean norm; not finite as soon as one element is not, because a norm of the rest would look healthy. */
    public double norm() {
        if (nan > 0) {
            return Double.NaN;
        }
        return infinite > 0 ? Double.POSITIVE_INFINITY : Math.sqrt(sumOfSquares);
    }
}
