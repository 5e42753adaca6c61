package observatory.analysis.detector;

/**
 * Whether a series has left its own recent level upwards, judged before it is learned from. The level is the median of
 * the newest healthy values, short enough to follow the fall of a loss; the noise comes from differences of neighbours,
 * so that a trend does not inflate it. Values off the level stay out of the baseline; after {@link #RESEED} of them in a
 * row the level has changed for good and is taken over.
 *
 * @param healthy the baseline
 * @param off the values since the level was left, in case they become the new level
 * @param suspects values above {@link #SUSPECT} among the newest three, oldest bit highest
 * @param since step of the first value of the present departure; -1 while there is none
 */
public record Departure(Window healthy, Window off, int suspects, boolean away, long since) {
    /** Long enough for a stable deviation (its standard error is 8 % at 128), short enough to forget an old regime. */
    private static final int BASELINE = 128;
    /** The level lags a trend by half of this; at 16 the lag costs less than the noise on every loss curve past warm-up. */
    private static final int LEVEL = 16;
    /** Below this many values neither level nor noise is known. */
    private static final int LEARN = 16;
    /**
     * Beyond 6 deviations Gaussian noise comes once in 10^9 values, but the t4-like noise of real losses once in 700
     * (signals.md gives 141 in 100,000); two within three values happen by chance once in some 10^5.
     */
    private static final double SUSPECT = 6;
    /** Alone enough: t4 noise passes 12 deviations about once in 10^4 values, and floors make that rarer in practice. */
    private static final double CERTAIN = 12;
    /** Back below this the departure is over: within what healthy values do every few hundred steps. */
    private static final double BACK = 3;
    /** A change of level that lasts this long is a new level (recommended by signals.md, section 1.2). */
    static final int RESEED = 32;

    /**
     * How a value stands against the level.
     *
     * @param deviations above the level, in deviations of the noise
     * @param away whether the series is off its level now
     */
    public record Reading(Departure next, double value, double level, double deviations, boolean away) {}

    static Departure start() {
        return new Departure(Window.of(BASELINE), Window.of(RESEED), 0, false, -1);
    }

    /**
     * Judges a finite value, then learns it if it is healthy.
     *
     * @param floor the smallest deviation to believe in, so that a plateau or a rounded log does not make everything an
     *     outlier
     */
    Reading read(long step, double value, double floor) {
        if (healthy.size() < LEARN) {
            return new Reading(new Departure(healthy.with(value), off, 0, false, -1), value, value, 0, false);
        }
        double level = healthy.recentMedian(LEVEL);
        double deviations = (value - level) / Math.max(healthy.noise(), floor);
        int seen = (suspects << 1 | (deviations > SUSPECT ? 1 : 0)) & 0b111;
        boolean left = deviations > CERTAIN || deviations > SUSPECT && Integer.bitCount(seen) >= 2;
        boolean now = away ? deviations > BACK : left;
        long from = since >= 0 ? since : step;
        Departure next;
        if (now || deviations > SUSPECT) {
            Window outside = off.with(value);
            next = outside.size() == RESEED ? reseeded(outside) : new Departure(healthy, outside, seen, now, from);
        } else {
            next = new Departure(healthy.with(value), Window.of(RESEED), seen, false, seen == 0 ? -1 : since);
        }
        return new Reading(next, value, level, deviations, now);
    }

    private static Departure reseeded(Window outside) {
        Window level = Window.of(BASELINE);
        for (double value : outside.values()) {
            level = level.with(value);
        }
        return new Departure(level, Window.of(RESEED), 0, false, -1);
    }
}
