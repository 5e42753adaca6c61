package observatory.analysis.rules;

/** R33: more than three deviations from the mean of the last thirty, newest excluded (W&B automations). */
final class WandbZ implements PublishedRule {
    private final Running window = new Running(30);

    @Override
    public String name() {
        return "R33 W&B automation: |z| > 3 over 30";
    }

    @Override
    public boolean fires(Point point) {
        boolean fires = window.full() && Math.abs(point.loss() - window.mean()) > 3 * window.deviation(0);
        window.add(point.loss());
        return fires;
    }
}
