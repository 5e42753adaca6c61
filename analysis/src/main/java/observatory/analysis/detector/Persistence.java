package observatory.analysis.detector;

/**
 * How much more sums and means of a series vary than those of white noise: √((1+φ)/(1-φ)) where neighbours correlate
 * with φ. Losses that were logged smoothed, or change with their place in an epoch, are such series.
 */
final class Persistence {
    /** Of neighbours; beyond this some tens of values say little about it. */
    private static final double MOST = 0.9;
    /** Deviations at which a distance is cut: what spikes look like says nothing about noise. */
    private static final double WILD = 3;

    private Persistence() {}

    /**
     * Of some values, 1 where they may as well be white.
     *
     * @param spread their standard deviation, from a view that outliers do not move
     */
    static double of(double[] values, double spread) {
        double middle = Median.of(values.clone());
        double bound = WILD * spread;
        double together = 0;
        double squares = 0;
        double before = 0;
        for (double value : values) {
            double here = Math.clamp(value - middle, -bound, bound);
            squares += here * here;
            together += here * before;
            before = here;
        }
        double chance = 2 / Math.sqrt(values.length); // two standard errors of the correlation of white noise
        double correlation = squares == 0 ? 0 : Math.clamp(together / squares - chance, 0, MOST);
        return Math.sqrt((1 + correlation) / (1 - correlation));
    }
}
