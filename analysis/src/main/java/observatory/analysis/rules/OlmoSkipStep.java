package observatory.analysis.rules;

/**
 * R11: more than six deviations above the mean of up to 128 values before it, loss or gradient norm (OLMo-core
 * SkipStepOptimizer); a NaN makes it fire for 129 steps.
 */
final class OlmoSkipStep implements PublishedRule {
    private final Running losses = new Running(128);
    private final Running norms = new Running(128);

    @Override
    public String name() {
        return "R11 OLMo-core SkipStep: > mean + 6 sd of 128, loss or norm";
    }

    @Override
    public boolean fires(Point point) {
        boolean judged = losses.count() >= 64;
        boolean skip = judged && !(point.loss() - losses.mean() <= 6 * losses.deviation(1));
        skip |= judged
                && point.hasNorm()
                && norms.count() >= 64
                && !(point.gradientNorm() - norms.mean() <= 6 * norms.deviation(1));
        losses.add(point.loss());
        if (point.hasNorm()) {
            norms.add(point.gradientNorm());
        }
        return skip;
    }
}
