package observatory.analysis.rules;

/**
 * R10: no better than the last value and at least twice the mean of ten above that mean; not
 * finite (Lightning fabric spike.py).
 */
final class LightningSpike implements PublishedRule {
    private final Running window = new Running(10);
    private double last = Double.NaN;

    @Override
    public String name() {
        return "R10 Lightning: |x - mean10| >= 2 mean10 and rising";
    }

    @Override
    public boolean fires(Point point) {
        double x = point.loss();
        boolean spike = !Double.isFinite(x)
                || window.count() > 1 && x >= last && Math.abs(x - window.mean()) >= 2 * window.mean();
        if (!spike) {
            window.add(x);
            last = x;
        }
        return spike;
    }
}
