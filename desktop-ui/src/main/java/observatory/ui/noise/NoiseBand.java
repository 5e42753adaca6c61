package observatory.ui.noise;

import java.util.ArrayDeque;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/**
 * The ratio of the means of two series over a sliding window, with a band of two standard errors by the delta method.
 */
final class NoiseBand {
    private final int window;
    private final int fewest;
    private final ArrayDeque<double[]> recent = new ArrayDeque<>(); // {trace, square}
    private final Series low = new Series();
    private final Series middle = new Series();
    private final Series high = new Series();
    private double sumT;
    private double sumS;
    private double sumTT;
    private double sumSS;
    private double sumTS;

    /** @param fewest pairs that make an estimate */
    NoiseBand(int window, int fewest) {
        this.window = window;
        this.fewest = fewest;
    }

    Series low() {
        return low;
    }

    Series middle() {
        return middle;
    }

    Series high() {
        return high;
    }

    /** Takes in the rows that are new. */
    void follow(StepIndex index, Series trace, Series square) {
        int end = Math.min(index.size(), Math.min(trace.size(), square.size()));
        for (int row = middle.size(); row < end; row++) {
            float t = trace.at(row);
            float s = square.at(row);
            if (Math.abs(t) <= Float.MAX_VALUE && Math.abs(s) <= Float.MAX_VALUE) {
                take(t, s);
            }
            estimate();
        }
    }

    private void take(double t, double s) {
        recent.addLast(new double[] {t, s});
        add(t, s, 1);
        if (recent.size() > window) {
            double[] old = recent.removeFirst();
            add(old[0], old[1], -1);
        }
    }

    private void add(double t, double s, int sign) {
        sumT += sign * t;
        sumS += sign * s;
        sumTT += sign * t * t;
        sumSS += sign * s * s;
        sumTS += sign * t * s;
    }

    private void estimate() {
        double n = recent.size();
        double meanT = sumT / n;
        double meanS = sumS / n;
        double varT = Math.max(0, sumTT / n - meanT * meanT) / n;
        double varS = Math.max(0, sumSS / n - meanS * meanS) / n;
        double covariance = (sumTS / n - meanT * meanS) / n;
        if (n < fewest || meanS <= 2 * Math.sqrt(varS) || meanT <= 0) {
            low.appendAbsent();
            middle.appendAbsent();
            high.appendAbsent();
            return;
        }
        double ratio = meanT / meanS;
        double relative = varT / (meanT * meanT) + varS / (meanS * meanS) - 2 * covariance / (meanT * meanS);
        double spread = Math.exp(2 * Math.sqrt(Math.max(0, relative)));
        low.append(ratio / spread);
        middle.append(ratio);
        high.append(ratio * spread);
    }
}
