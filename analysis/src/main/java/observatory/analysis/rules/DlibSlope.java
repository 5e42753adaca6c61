package observatory.analysis.rules;

import java.util.ArrayDeque;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * R32: the least-squares slope since the last checkpoint is up with probability 0.99, checked every 500
 * points; any NaN (dlib).
 */
final class DlibSlope implements PublishedRule {
    private static final int SYNC = 500;
    private final ArrayDeque<Double> losses = new ArrayDeque<>();
    private final NormalDistribution normal = new NormalDistribution();
    private double threshold = 0.99;
    private long seen;

    @Override
    public String name() {
        return "R32 dlib: P(slope > 0) > 0.99 at each sync (500)";
    }

    @Override
    public boolean fires(Point point) {
        losses.addLast(point.loss());
        if (losses.size() > 2 * SYNC) {
            losses.removeFirst();
        }
        seen++;
        if (seen % SYNC != 0 || losses.size() < 30) {
            return false;
        }
        SimpleRegression line = new SimpleRegression();
        int i = 0;
        for (double loss : losses) {
            line.addData(i++, loss);
        }
        double up = normal.cumulativeProbability(line.getSlope() / line.getSlopeStdErr());
        boolean fires = Double.isNaN(up) || up > threshold;
        threshold = fires ? 0.1 * threshold + 0.9 : Math.max(0.99, Math.pow(threshold, 10));
        return fires;
    }
}
