package observatory.analysis.detector;

import java.util.Arrays;
import org.apache.commons.math3.special.Beta;

/**
 * Which of a source's last sequences cost far more than is usual for it, and how often that was so before. What stands out
 * is not learned: a source that is broken for long stays so.
 *
 * @param judged sequences so far
 * @param at numbers of the far ones among the last {@link #SPAN}, oldest first; {@code steps} they came in
 * @param deviations above the level of the source
 * @param earlier sequences before those, while nothing stood out; {@code earlierFar} of them were far
 */
record FarSequences(long judged, long[] at, long[] steps, double[] deviations, long earlier, long earlierFar) {
    static final int SPAN = 512;
    /** More of them say nothing more. */
    private static final int MOST = 128;
    /** Sequences of one source whose loss passes six of its deviations: once in some thousand. */
    private static final double USUAL = 1e-3;

    static FarSequences none() {
        return new FarSequences(0, new long[0], new long[0], new double[0], 0, 0);
    }

    /** With a sequence more; {@code away} is 0 where it is not far. */
    FarSequences with(long step, double away, boolean standsOut) {
        long number = judged + 1;
        int gone = 0;
        while (gone < at.length && at[gone] <= number - SPAN) {
            gone++;
        }
        int from = away > 0 && at.length - gone == MOST ? gone + 1 : gone;
        boolean learned = number > SPAN && !standsOut;
        return new FarSequences(
                number,
                away > 0 ? and(at, from, number) : Arrays.copyOfRange(at, from, at.length),
                away > 0 ? and(steps, from, step) : Arrays.copyOfRange(steps, from, steps.length),
                away > 0 ? and(deviations, from, away) : Arrays.copyOfRange(deviations, from, deviations.length),
                earlier + (learned ? 1 : 0),
                earlierFar + (learned ? gone : 0));
    }

    private static long[] and(long[] values, int from, long value) {
        long[] next = Arrays.copyOfRange(values, from, values.length + 1);
        next[next.length - 1] = value;
        return next;
    }

    private static double[] and(double[] values, int from, double value) {
        double[] next = Arrays.copyOfRange(values, from, values.length + 1);
        next[next.length - 1] = value;
        return next;
    }

    int far() {
        return at.length;
    }

    /** The sequences they are among. */
    int among() {
        return (int) Math.min(SPAN, judged);
    }

    double share() {
        return judged == 0 ? 0 : (double) far() / among();
    }

    double sum() {
        return Arrays.stream(deviations).sum();
    }

    /**
     * The chance of as many far ones where they come as often as is usual, as often as before, and as often as in the
     * other sources, whichever is most: the upper tail of a binomial law.
     */
    double chance(double others) {
        double before = earlier < SPAN ? 0 : (double) earlierFar / earlier;
        double usual = Math.max(USUAL, Math.max(before, others));
        return far() == 0 || usual >= 1 ? 1 : Beta.regularizedBeta(usual, far(), among() - far() + 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FarSequences that
                && judged == that.judged
                && earlier == that.earlier
                && earlierFar == that.earlierFar
                && Arrays.equals(at, that.at)
                && Arrays.equals(steps, that.steps)
                && Arrays.equals(deviations, that.deviations);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(judged) + Arrays.hashCode(at);
    }
}
