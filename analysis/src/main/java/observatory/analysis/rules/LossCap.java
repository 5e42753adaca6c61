package observatory.analysis.rules;

/** R24, R25: above a fixed loss for some log entries in a row (axolotl, Soup). */
final class LossCap implements PublishedRule {
    private final double cap;
    private final int patience;
    private int row;

    LossCap(double cap, int patience) {
        this.cap = cap;
        this.patience = patience;
    }

    @Override
    public String name() {
        return "R24/R25 watchdog: loss > " + cap + " for " + patience + " entries";
    }

    @Override
    public boolean fires(Point point) {
        row = point.loss() > cap ? row + 1 : 0;
        return row >= patience;
    }
}
