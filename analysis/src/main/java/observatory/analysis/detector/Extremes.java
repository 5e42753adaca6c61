package observatory.analysis.detector;

import java.util.Arrays;

/**
 * How far the harmless values of a run reach upwards, so that an alarm can be as rare in a run with heavy tails as in a
 * smooth one (peaks over a threshold: the tail beyond the highest fortieth is taken for a power law, whose exponent is
 * Hill's estimator). Heavy tails, not thresholds, are what makes false alarms.
 *
 * @param top the largest deviations, ascending, the newest {@link #SPAN} values' worth
 * @param seen how many values they are the largest of
 */
record Extremes(double[] top, long seen) {
    /** Old values are forgotten by halves, because a run's noise changes as it learns. */
    private static final long SPAN = 4096;
    /** The share that is called the tail. */
    private static final double SHARE = 1.0 / 40;

    private static final int KEPT = (int) (SPAN * SHARE) + 1;
    /**
     * Mean logarithm by which the highest fortieth of Gaussian values exceeds its lower end: ∫ ln(x/1.96) φ(x)dx · 40.
     */
    private static final double GAUSSIAN = 0.166;
    /** The belief that a tail is Gaussian weighs as much as this many values of the tail. */
    private static final double BELIEF = 16;
    /** Below this many values in the tail nothing is said about it. */
    private static final int FEWEST = 4;

    static Extremes none() {
        return new Extremes(new double[0], 0);
    }

    /** Takes in how many deviations a harmless value lay above its level; below it, it only counts. */
    Extremes with(double deviations) {
        if (seen >= SPAN) {
            return halved().with(deviations);
        }
        if (!(deviations > 0) || top.length == KEPT && deviations <= top[0]) {
            return new Extremes(top, seen + 1);
        }
        int at = Arrays.binarySearch(top, deviations);
        int place = at < 0 ? -at - 1 : at;
        int lost = top.length == KEPT ? 1 : 0;
        double[] next = new double[top.length + 1 - lost];
        System.arraycopy(top, lost, next, 0, place - lost);
        next[place - lost] = deviations;
        System.arraycopy(top, place, next, place - lost + 1, top.length - place);
        return new Extremes(next, seen + 1);
    }

    /** Every second of them is the largest of half as many values. */
    private Extremes halved() {
        double[] half = new double[top.length / 2];
        for (int i = 0; i < half.length; i++) {
            half[i] = top[top.length - 2 * (half.length - i) + 1];
        }
        return new Extremes(half, seen / 2);
    }

    /** The deviations that a harmless value passes once in so many; 0 while too few are known. */
    double onceIn(double values) {
        int tail = (int) Math.min(top.length, SHARE * seen);
        if (tail < FEWEST || top[top.length - tail] <= 0) {
            return 0;
        }
        double begins = top[top.length - tail];
        double excess = BELIEF * GAUSSIAN;
        for (int i = top.length - tail; i < top.length; i++) {
            excess += Math.log(top[i] / begins);
        }
        return begins * Math.pow(values * tail / seen, excess / (tail + BELIEF));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Extremes that && seen == that.seen && Arrays.equals(top, that.top);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(top) + Long.hashCode(seen);
    }
}
