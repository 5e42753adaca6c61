package observatory.probe;

/**
 * The squared Euclidean norms of a tensor's rows. A row with an element that is not finite is counted and left out.
 *
 * @param rows rows whose elements are all finite
 */
public record RowNorms(long rows, int columns, double sumOfSquares, double largestSquare, long broken) {
    /** Root of the mean squared norm; NaN where no row is whole. */
    public double rms() {
        return rows == 0 ? Double.NaN : Math.sqrt(sumOfSquares / rows);
    }

    public double largest() {
        return rows == 0 ? Double.NaN : Math.sqrt(largestSquare);
    }
}
