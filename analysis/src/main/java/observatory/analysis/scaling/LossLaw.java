package observatory.analysis.scaling;

/**
 * Loss of a model of N parameters after D tokens: L = E + A/N^α + B/D^β, in nats per token (Hoffmann et al. 2022, arXiv
 * 2203.15556). Holds at the end of a learning-rate schedule, and only for the data and tokenizer it was fitted on.
 */
public record LossLaw(double e, double a, double b, double alpha, double beta) {
    /**
     * Hoffmann et al. 2022, approach 3. Known to be inconsistent with their other two: it asks for
     * 92 tokens a parameter.
     */
    public static final LossLaw HOFFMANN = new LossLaw(1.69, 406.4, 410.7, 0.34, 0.28);
    /** The refit of the same runs by Besiroglu et al. 2024, arXiv 2404.10102. */
    public static final LossLaw BESIROGLU = new LossLaw(1.8172, 482.01, 2085.43, 0.3478, 0.3658);

    /** Floating-point operations of training, for each parameter and token: two forward, four backward. */
    public static final double FLOPS = 6;

    public LossLaw {
        if (!(e >= 0 && a > 0 && b > 0 && alpha > 0 && beta > 0)) {
            throw new IllegalArgumentException("a loss law needs E of at least 0 and A, B, alpha, beta above 0: E=" + e
                    + ", A=" + a + ", B=" + b + ", alpha=" + alpha + ", beta=" + beta);
        }
    }

    /** What a model is trained to: parameters and tokens. */
    public record Split(double parameters, double tokens) {
        public double tokensPerParameter() {
            return tokens / parameters;
        }

        public double flops() {
            return FLOPS * parameters * tokens;
        }
    }

    public double loss(Split split) {
        return e + a / Math.pow(split.parameters, alpha) + b / Math.pow(split.tokens, beta);
    }

    /** The split of a budget that reaches the lowest loss. */
    public Split optimal(double flops) {
        double g = Math.pow(alpha * a / (beta * b), 1 / (alpha + beta));
        double product = flops / FLOPS;
        return new Split(g * Math.pow(product, beta / (alpha + beta)), Math.pow(product, alpha / (alpha + beta)) / g);
    }

    /** Parameters of the model that would have this loss after as many tokens; infinite where none would. */
    public double equivalentSize(double loss, Split seen) {
        double left = loss - e - b / Math.pow(seen.tokens, beta);
        return left > 0 ? Math.pow(a / left, 1 / alpha) : Double.POSITIVE_INFINITY;
    }

    /** Tokens after which a model of this size would have this loss; infinite where it never would. */
    public double equivalentTokens(double loss, Split seen) {
        double left = loss - e - a / Math.pow(seen.parameters, alpha);
        return left > 0 ? Math.pow(b / left, 1 / beta) : Double.POSITIVE_INFINITY;
    }
}
