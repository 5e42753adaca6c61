package observatory.analysis.rules;

/** R18: 7.5 times the mean of the values from 1000 to 500 points before (llm-foundry outlier_detection). */
final class FoundryOutlier implements PublishedRule {
    private static final int DELAY = 500;
    private final double[] values = new double[2 * DELAY];
    private long seen;

    @Override
    public String name() {
        return "R18 llm-foundry: gradient > 7.5 x delayed mean (500)";
    }

    @Override
    public boolean fires(Point point) {
        if (!point.hasNorm()) {
            return false;
        }
        double mean = 0;
        for (int i = 0; i < DELAY; i++) {
            mean += values[(int) ((seen + i) % values.length)] / DELAY;
        }
        boolean outlier = seen >= values.length && point.gradientNorm() > 7.5 * mean;
        values[(int) (seen % values.length)] = point.gradientNorm();
        seen++;
        return outlier;
    }
}
