package observatory.analysis.rules;

/**
 * No tool's rule but the obvious one, for scale: not finite, or eight scaled median deviations over a median of 128.
 */
final class NanAndMad implements PublishedRule {
    private final Running window = new Running(128);

    @Override
    public String name() {
        return "- NaN guard and MAD z > 8 over 128 (for scale)";
    }

    @Override
    public boolean fires(Point point) {
        if (!Double.isFinite(point.loss()) || point.hasNorm() && !Double.isFinite(point.gradientNorm())) {
            return true;
        }
        double median = window.median();
        boolean fires = window.count() >= 16
                && point.loss() - median > 8 * Math.max(window.scaledMad(), 0.005 * Math.abs(median));
        if (!fires) {
            window.add(point.loss());
        }
        return fires;
    }
}
