package observatory.analysis.rules;

import java.util.Arrays;

/** R15: half of the window above a cap after two windows; cap min(10, largest of the first window) (llm-foundry). */
final class HighLoss implements PublishedRule {
    private static final int N = 100;
    private final double[] window = new double[N];
    private long seen;
    private double cap;

    @Override
    public String name() {
        return "R15 llm-foundry HighLoss: half of the window > cap";
    }

    @Override
    public boolean fires(Point point) {
        double x = point.loss();
        cap = seen < N && !(cap > x) ? x : cap;
        window[(int) (seen % N)] = x;
        seen++;
        double limit = Math.min(cap, 10);
        return seen > 2 * N && Arrays.stream(window).filter(y -> y > limit).count() >= N / 2;
    }
}
