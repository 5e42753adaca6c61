package observatory.analysis.rules;

/** R26b: not finite, or twice the median of the twenty values before (Soup). */
final class TwiceMedian implements PublishedRule {
    private final Running window = new Running(20);

    @Override
    public String name() {
        return "R26b Soup: > 2 x median of 20, or not finite";
    }

    @Override
    public boolean fires(Point point) {
        boolean fires = !Double.isFinite(point.loss()) || window.full() && point.loss() > 2 * window.median();
        if (Double.isFinite(point.loss())) {
            window.add(point.loss());
        }
        return fires;
    }
}
