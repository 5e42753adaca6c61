package observatory.analysis.scaling;

/**
 * What Kaplan et al. 2020 (arXiv 2001.08361) say of batches and of stopping early. Constants hold for their data and
 * tokenizer; ratios carry further.
 */
public final class Kaplan {
    /** Floating-point operations of a petaflop-day. */
    public static final double PETAFLOP_DAY = 8.64e19;

    private static final double SIZE_EXPONENT = 0.076;
    private static final double STEP_EXPONENT = 0.76;
    private static final double BATCH_EXPONENT = 0.21;
    private static final double BATCH_TOKENS = 2.1e8;

    private Kaplan() {}

    /** Tokens of the batch that costs twice the steps and twice the tokens of the least, at a loss. */
    public static double criticalBatch(double loss) {
        return BATCH_TOKENS / Math.pow(loss, 1 / BATCH_EXPONENT);
    }

    /** The critical batch at another loss, from one that was measured. */
    public static double criticalBatch(double loss, Measured measured) {
        return measured.tokens * Math.pow(measured.loss / loss, 1 / BATCH_EXPONENT);
    }

    /** A noise scale in tokens, and the loss at which it was measured. */
    public record Measured(double tokens, double loss) {}

    /** What stopping at one fraction above the converged loss takes relative to stopping at another. */
    public record Ratio(double parameters, double steps, double compute) {}

    /** The fraction above the converged loss at which stopping is cheapest: α_N/α_S = 0.1. */
    public static final double EFFICIENT_FRACTION = SIZE_EXPONENT / STEP_EXPONENT;

    /**
     * Stopping at the efficient fraction, relative to training a smaller model to a fraction nearer to convergence
     * (appendix B.4): more parameters, fewer steps, less compute for the same loss.
     */
    public static Ratio efficientAgainst(double fraction) {
        double parameters = Math.pow((1 + EFFICIENT_FRACTION) / (1 + fraction), 1 / SIZE_EXPONENT);
        double steps = Math.pow((1 + 1 / EFFICIENT_FRACTION) / (1 + 1 / fraction), 1 / STEP_EXPONENT);
        return new Ratio(parameters, steps, parameters * steps);
    }
}
