package observatory.analysis.scaling;

/**
 * Floating-point operations of a transformer's training step, after Narayanan et al. 2021 (arXiv 2104.04473, eq. 3),
 * which counts attention without its causal half. Conventions of other tools differ by that term.
 */
public record Utilisation(int layers, int width, int vocabulary, int sequence) {
    /** Parameters of BLOOM's architecture: embedding norm, no position embedding: l(12h² + 13h) + Vh + 4h. */
    public long parameters() {
        long h = width;
        return layers * (12 * h * h + 13 * h) + vocabulary * h + 4 * h;
    }

    /**
     * Operations of a step.
     *
     * @param recomputed whether activations are computed a second time for the backward pass
     */
    public double stepFlops(long sequences, boolean recomputed) {
        double h = width;
        double tokens = (double) sequences * sequence;
        return (recomputed ? 96 : 72)
                * tokens
                * layers
                * h
                * h
                * (1 + sequence / (6 * h) + vocabulary / (16.0 * layers * h));
    }
}
