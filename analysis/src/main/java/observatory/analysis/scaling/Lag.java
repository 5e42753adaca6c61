package observatory.analysis.scaling;

/**
 * How far a run is behind a law: where a model of another size, or after fewer tokens, should be.
 *
 * @param deviations excess of ln(loss) over its standard error; above 3 the run lags
 * @param parameters size of the model that would have the observed loss
 * @param interval of that size
 * @param tokens after which a model of this size would have had the observed loss
 */
public record Lag(double expected, double deviations, double parameters, Interval interval, double tokens) {
    /** How many standard errors above the law are no chance. */
    private static final double FLAGGED = 3;

    /**
     * @param error standard error of ln(loss): of the law, the ladder's residual and the measurement together
     */
    public static Lag of(LossLaw law, LossLaw.Split seen, double loss, LogError error) {
        double expected = law.loss(seen);
        double sigma = error.total();
        double width = 1.96 * sigma;
        return new Lag(
                expected,
                Math.log(loss / expected) / sigma,
                law.equivalentSize(loss, seen),
                new Interval(
                        law.equivalentSize(loss * Math.exp(width), seen),
                        law.equivalentSize(loss * Math.exp(-width), seen)),
                law.equivalentTokens(loss, seen));
    }

    /** Standard errors of ln(loss), by where they come from. */
    public record LogError(double fit, double measurement, double ladder) {
        /** A loss known to a thousandth, where nothing else is known. */
        private static final double LEAST = 1e-3;

        double total() {
            return Math.max(LEAST, Math.sqrt(fit * fit + measurement * measurement + ladder * ladder));
        }
    }

    public boolean flagged() {
        return deviations > FLAGGED;
    }
}
