package observatory.analysis.rules;

/** R14: twice the window mean on the fifth point in a row; window max(100, 5 %) (llm-foundry KillLossSpike). */
final class KillLossSpike implements PublishedRule {
    private final Running window = new Running(100);
    private int row;

    @Override
    public String name() {
        return "R14 llm-foundry KillLossSpike: 2 x mean, 5 in a row";
    }

    @Override
    public boolean fires(Point point) {
        boolean outlier = window.full() && point.loss() >= 2 * window.mean();
        row = outlier ? row + 1 : 0;
        window.add(point.loss());
        return row > 4;
    }
}
