package observatory.probe;

import java.util.Arrays;

/**
 * What {@link Reduction.ToColumns} leaves of a tensor: for each column over its finite elements. The arrays are given
 * away.
 */
public record ColumnSums(long rows, double[] sum, double[] sumOfSquares, double[] absMax) {
    public int columns() {
        return sum.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ColumnSums that
                && rows == that.rows
                && Arrays.equals(sum, that.sum)
                && Arrays.equals(sumOfSquares, that.sumOfSquares)
                && Arrays.equals(absMax, that.absMax);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sum) + 31 * Arrays.hashCode(absMax);
    }

    @Override
    public String toString() {
        return "ColumnSums[rows=" + rows + ", columns=" + columns() + "]";
    }
}
