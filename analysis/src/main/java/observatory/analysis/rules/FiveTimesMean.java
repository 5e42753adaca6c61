package observatory.analysis.rules;

/** R27: five times the rolling mean, or a gradient norm above 100 (trainpulse). */
final class FiveTimesMean implements PublishedRule {
    private final Running window = new Running(50);

    @Override
    public String name() {
        return "R27 trainpulse: loss > 5 x mean or norm > 100";
    }

    @Override
    public boolean fires(Point point) {
        boolean fires = window.count() >= 10 && point.loss() > 5 * window.mean()
                || point.hasNorm() && point.gradientNorm() > 100;
        window.add(point.loss());
        return fires;
    }
}
