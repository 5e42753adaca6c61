package observatory.probe.builtin;

/**
 * What one step says of the gradient noise scale, from squared gradient norms at two batch sizes (McCandlish et al.
 * 2018, arXiv 1812.06162, appendix A.1). Both are unbiased; the square may come out negative, and their ratio in one
 * step says nothing: the noise scale is the ratio of their means over many steps.
 *
 * @param square estimate of |G|², the squared norm of the true gradient
 * @param trace estimate of tr Σ, the variance of one sequence's gradient
 */
record NoisePair(double square, double trace) {
    /** A squared gradient norm, in the mean over batches of a number of sequences. */
    record At(double sequences, double square) {}

    static NoisePair of(At small, At big) {
        double square =
                (big.sequences * big.square - small.sequences * small.square) / (big.sequences - small.sequences);
        double trace = (small.square - big.square) / (1 / small.sequences - 1 / big.sequences);
        return new NoisePair(square, trace);
    }
}
