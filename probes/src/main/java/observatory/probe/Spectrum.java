package observatory.probe;

import java.util.Arrays;

/** All eigenvalues of WᵀW, that is the squared singular values of W, descending; as many as the lesser dimension. */
public record Spectrum(int rows, int columns, double[] eigenvalues) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Spectrum that
                && rows == that.rows
                && columns == that.columns
                && Arrays.equals(eigenvalues, that.eigenvalues);
    }

    @Override
    public int hashCode() {
        return 31 * rows + columns + Arrays.hashCode(eigenvalues);
    }

    @Override
    public String toString() {
        return "Spectrum[" + rows + "x" + columns + "]";
    }
}
