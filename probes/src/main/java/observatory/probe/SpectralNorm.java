package observatory.probe;

/** The largest singular value of a matrix as power iteration has it so far, never above the true one, and ‖W‖_F. */
public record SpectralNorm(double norm, double frobenius) {
    /** ‖W‖_F² / ‖W‖₂²: how many directions carry the matrix; from 1 to its rank. */
    public double stableRank() {
        return norm > 0 ? frobenius * frobenius / (norm * norm) : Double.NaN;
    }
}
