package observatory.probe;

/**
 * What {@link Reduction.ToShape} leaves of a tensor: sums of powers over the finite elements, in double.
 *
 * @param zeros elements that are exactly zero
 */
public record Shape(long finite, long zeros, double sum, double sumOfSquares, double sumOfCubes, double sumOfFourths) {

    public double mean() {
        return finite == 0 ? Double.NaN : sum / finite;
    }

    public double zeroFraction() {
        return finite == 0 ? Double.NaN : (double) zeros / finite;
    }

    /** Fourth central moment over the squared variance, 3 for a Gaussian (not the excess); NaN where nothing varies. */
    public double kurtosis() {
        double mean = mean();
        double second = sumOfSquares / finite - mean * mean;
        double fourth = sumOfFourths / finite
                - 4 * mean * sumOfCubes / finite
                + 6 * mean * mean * sumOfSquares / finite
                - 3 * mean * mean * mean * mean;
        return second > 0 ? fourth / (second * second) : Double.NaN;
    }
}
