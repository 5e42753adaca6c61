package observatory.ui.noise;

import java.util.ArrayDeque;
import java.util.function.ToDoubleFunction;
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
        if (recent.size() > window) {
            recent.removeFirst();
        }
    }

    /** Anew over the window each time: of sums that go on, a spike leaves its rounding behind for ever. */
    private void estimate() {
        double n = recent.size();
        double meanT = mean(pair -> pair[0]);
        double meanS = mean(pair -> pair[1]);
        double varT = mean(pair -> (pair[0] - meanT) * (pair[0] - meanT)) / n;
        double varS = mean(pair -> (pair[1] - meanS) * (pair[1] - meanS)) / n;
        double covariance = mean(pair -> (pair[0] - meanT) * (pair[1] - meanS)) / n;
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

    private double mean(ToDoubleFunction<double[]> of) {
        double sum = 0;
        for (double[] pair : recent) {
            sum += of.applyAsDouble(pair);
        }
        return sum / recent.size();
    }
}
