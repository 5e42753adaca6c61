package observatory.analysis.detector;

/**
 * A series off its level, from the point that left it. Whether it is a single odd value or a state that lasts is
 * decided by a one-sided cumulative sum of the points after the first: noise gives back what it takes.
 *
 * @param since step of the first value; -1 while the series is on its level
 * @param values the values since then, in case they become the new level
 * @param first distance of the first value from the level
 * @param onset deviations of the first value
 * @param peak largest deviation so far
 * @param highest largest value so far
 * @param at step of the largest value
 * @param drift the cumulative sum (Page 1954) of the deviations after the first, less 1 each
 * @param lasting whether it was once found to last
 */
record Excursion(
        long since,
        Window values,
        double first,
        double onset,
        double peak,
        double highest,
        long at,
        double drift,
        boolean lasting) {
    /** Below this a point counts as back; what noise does every few hundred points must not keep an excursion open. */
    private static final double SLACK = 1;
    /** One point counts for at most this much, so that a second wild value alone is not a trend of ten. */
    private static final double MOST = 10;
    /** A change that lasts this many points is a new level. */
    static final int RESEED = 32;

    static Excursion none() {
        return new Excursion(-1, Window.of(RESEED), 0, 0, 0, 0, -1, 0, false);
    }

    static Excursion begins(long step, double value, double distance, double deviations) {
        return new Excursion(
                step, Window.of(RESEED).with(value), distance, deviations, deviations, value, step, 0, false);
    }

    boolean open() {
        return since >= 0;
    }

    /**
     * @param persistence what values that resemble their neighbours add up to too much ({@link Baseline#persistence})
     */
    Excursion with(long step, double value, double deviations, double persistence) {
        return new Excursion(
                since,
                values.with(value),
                first,
                onset,
                Math.max(peak, deviations),
                Math.max(highest, value),
                value > highest ? step : at,
                Math.max(0, drift + Math.min(deviations, MOST) / persistence - SLACK),
                lasting);
    }

    Excursion last() {
        return new Excursion(since, values, first, onset, peak, highest, at, drift, true);
    }

    boolean back(double deviations, double lasts) {
        return lasting ? deviations < 2 * SLACK : deviations < SLACK && drift <= lasts;
    }

    /** Whether only the first point and the one that came back belong to it. */
    boolean isAlone() {
        return values.size() == 2;
    }

    boolean isNewLevel() {
        return values.size() >= RESEED;
    }
}
