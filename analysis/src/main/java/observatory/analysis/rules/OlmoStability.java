package observatory.analysis.rules;

/** R12: six population deviations above the mean of a full window of 128 (OLMo-core StabilityMonitor). */
final class OlmoStability implements PublishedRule {
    private final Running losses = new Running(128);

    @Override
    public String name() {
        return "R12 OLMo-core StabilityMonitor: > mean + 6 sd of 128";
    }

    @Override
    public boolean fires(Point point) {
        double deviation = losses.full() ? losses.deviation(0) : 0;
        boolean spike = deviation >= 1e-10 && point.loss() > losses.mean() + 6 * deviation;
        losses.add(point.loss());
        return spike;
    }
}
