package observatory.analysis.detector;

import java.util.Arrays;

/**
 * What a series has been like lately: its level, and how far healthy values lie from it. Only what was judged healthy
 * is learned. The level is a short median, so that it follows the fall of a loss. Two views of the noise are kept: the
 * median difference of neighbours, which a trend does not inflate, and the upper tail of the distances from the level,
 * which knows of noise that is skewed or has two modes (mixed-up images, several data sources in turn).
 *
 * @param healthy the newest healthy values
 * @param distances the newest distances of harmless values from the level of their time
 * @param level median of the newest {@link #LEVEL} healthy values; NaN before the first
 * @param noise standard deviation from differences of neighbours, as of {@code age} values ago
 * @param tail standard deviation that a normal law with this upper tail of the distances would have, likewise
 * @param typical standard deviation from the median absolute distance, likewise
 * @param persistence of the distances ({@link Persistence}), likewise
 * @param resolution the smallest difference of two neighbours: what the log rounds to, likewise
 */
public record Baseline(
        Window healthy,
        Window distances,
        double level,
        double noise,
        double tail,
        double typical,
        double persistence,
        double resolution,
        int age) {
    /** Long enough for a stable deviation (its standard error is 8 % at 128), short enough to forget an old regime. */
    static final int SPAN = 128;
    /**
     * The level lags a trend by half of this; at 16 the lag costs less than the noise on every loss curve past warm-up.
     */
    private static final int LEVEL = 16;
    /** Below this many values neither level nor noise is known. */
    static final int LEARN = 16;
    /** Below this many distances a tail is a guess. */
    private static final int TAIL = 20;
    /** Sorting is the cost of a baseline; a deviation over 128 values does not change within 8. */
    private static final int REFRESH = 8;
    /** Which part of the upper tail is averaged: a single order statistic would jump, the last 3 % may be wild. */
    private static final double TAIL_FROM = 0.90;

    private static final double TAIL_TO = 0.97;
    /** Mean of a normal law between these points: (φ(1.282) - φ(1.881)) / 0.07. */
    private static final double NORMAL_TAIL = 1.535;

    public static Baseline start() {
        return new Baseline(Window.of(SPAN), Window.of(SPAN), Double.NaN, 0, 0, 0, 1, 0, 0);
    }

    /** A baseline that has seen these values and nothing else. */
    static Baseline of(double[] values) {
        Baseline fresh = start();
        for (double value : values) {
            fresh = fresh.learn(value);
        }
        return fresh;
    }

    /** What a run that goes on from a checkpoint may keep: how its values scatter, but not where. */
    Baseline resumed() {
        return new Baseline(Window.of(SPAN), distances, Double.NaN, noise, tail, typical, persistence, resolution, 0);
    }

    boolean known() {
        return healthy.size() >= LEARN;
    }

    /**
     * The deviation that an alarm is judged by: the larger of the two views, and wider while few values are known
     * (at 16 values a median deviation is 25 % too small in one case of five).
     */
    double cautious(double floor) {
        return Math.max(Math.max(noise, tail), floor) * (1 + 8.0 / Math.max(1, healthy.size()));
    }

    /** The same without the tail, for a series whose outliers are what one looks for. */
    double steady(double floor) {
        return Math.max(Math.max(noise, typical), floor) * (1 + 8.0 / Math.max(1, healthy.size()));
    }

    /** The deviation that a remark is judged by: the smaller of two estimates of the same thing. */
    double usual(double floor) {
        return Math.max(typical > 0 ? Math.min(noise, typical) : noise, floor);
    }

    /** Takes in a healthy value. */
    Baseline learn(double value) {
        Window away = known() ? distances.with(value - level) : distances;
        return refreshed(healthy.with(value), away);
    }

    /** Takes in how far a single value lay off that turned out harmless: noise of this kind belongs to the run. */
    Baseline tolerate(double distance) {
        return refreshed(healthy, distances.with(distance));
    }

    private static double upper(double[] sorted) {
        int from = (int) Math.round(TAIL_FROM * sorted.length);
        int to = Math.max(from + 1, (int) Math.round(TAIL_TO * sorted.length));
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += sorted[i];
        }
        return sum / (to - from) / NORMAL_TAIL;
    }

    private Baseline refreshed(Window values, Window away) {
        if (values.size() >= SPAN / 2 && age + 1 < REFRESH) {
            return new Baseline(
                    values, away, values.recentMedian(LEVEL), noise, tail, typical, persistence, resolution, age + 1);
        }
        double[] sorted = away.values().clone();
        Arrays.sort(sorted);
        double upper = sorted.length < TAIL ? 0 : upper(sorted);
        return new Baseline(
                values,
                away,
                values.recentMedian(LEVEL),
                values.noise(),
                Math.max(0, upper),
                away.spread(SPAN / 2),
                away.size() < TAIL ? 1 : Persistence.of(away.values(), away.spread(SPAN / 2)),
                values.resolution(),
                0);
    }
}
