package observatory.analysis.detector;

import java.util.Arrays;

/**
 * A level above the usual one that a series comes back to again and again, as where two sources of data take turns. It
 * is one after three visits that lay alike high, and clear of the noise, within {@link #SPAN} points; spikes differ in
 * height and come rarely.
 *
 * @param heights of the newest visits above the level of their time; {@code ends} the points at which they ended
 * @param height of the second level; NaN where there is none
 * @param last point at which it was last seen; {@code points} how many there have been
 */
record SecondLevel(Window heights, Window ends, double height, long last, long points) {
    private static final int VISITS = 3;
    /** Points of a visit: fewer have no level. */
    private static final int SHORTEST = 4;
    /** Points within which the visits have to come, and after which a level that is not visited is forgotten. */
    private static final int SPAN = 512;
    /** Deviations between heights of visits: the medians that they are differ by less than one. */
    private static final double ALIKE = 2;
    /** Deviations of a value around the level. */
    private static final double AROUND = 4;

    /** Deviations between two levels that are two: noise around one does not reach the other. */
    private static final double APART = 2 * AROUND;
    /** The height follows what is seen of it within some ten points. */
    private static final double SLOW = 0.1;

    static SecondLevel none() {
        return new SecondLevel(Window.of(VISITS), Window.of(VISITS), Double.NaN, 0, 0);
    }

    /** One point further. */
    SecondLevel next() {
        boolean forgotten = points - last > SPAN;
        return new SecondLevel(heights, ends, forgotten ? Double.NaN : height, last, points + 1);
    }

    /** Whether a value so far above the usual level lies on this one. */
    boolean holds(double distance, double deviation) {
        return Math.abs(distance - height) <= AROUND * deviation;
    }

    /** A value that it holds. */
    SecondLevel with(double distance) {
        return new SecondLevel(heights, ends, height + SLOW * (distance - height), points, points);
    }

    /** An excursion that is over: its values, the last one back where {@code back}, and the level below it. */
    SecondLevel visited(Excursion off, boolean back, double level, double deviation) {
        double[] values = off.values().values();
        int count = back ? values.length - 1 : values.length;
        if (count < SHORTEST) {
            return this;
        }
        Window now = heights.with(Median.of(Arrays.copyOf(values, count)) - level);
        Window then = ends.with(points);
        boolean again = now.size() == VISITS
                && points - then.values()[0] <= SPAN
                && now.largest() - now.smallest() <= ALIKE * deviation
                && now.smallest() > APART * deviation;
        return new SecondLevel(now, then, again ? now.recentMedian(VISITS) : height, again ? points : last, points);
    }
}
