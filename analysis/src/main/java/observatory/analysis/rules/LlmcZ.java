package observatory.analysis.rules;

/**
 * R8: z over 128 values with the newest among them, running sums (llm.c outlier_detector.h); blind for
 * ever after a NaN.
 */
final class LlmcZ implements PublishedRule {
    private static final int N = 128;
    private final double[] values = new double[N];
    private final double threshold;
    private double sum;
    private double squares;
    private int count;
    private int at;

    LlmcZ(double threshold) {
        this.threshold = threshold;
    }

    @Override
    public String name() {
        return "R8 llm.c: z > " + (int) threshold + " over 128";
    }

    @Override
    public boolean fires(Point point) {
        double x = point.loss();
        if (count < N) {
            count++;
        } else {
            sum -= values[at];
            squares -= values[at] * values[at];
        }
        sum += x;
        squares += x * x;
        values[at] = x;
        at = (at + 1) % N;
        if (count < N) {
            return false;
        }
        double mean = sum / N;
        double z = (x - mean) / Math.sqrt(squares / N - mean * mean);
        return Double.isFinite(z) && z > threshold;
    }
}
