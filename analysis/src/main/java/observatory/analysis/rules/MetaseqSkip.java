package observatory.analysis.rules;

/** R16 with a ratio set: loss over its average of span 9, frozen on a spike (metaseq skip_spike). */
final class MetaseqSkip implements PublishedRule {
    private final double ratio;
    private double average = Double.NaN;

    MetaseqSkip(double ratio) {
        this.ratio = ratio;
    }

    @Override
    public String name() {
        return "R16 metaseq: loss > " + ratio + " x EWM of span 9";
    }

    @Override
    public boolean fires(Point point) {
        if (Double.isNaN(average)) {
            average = point.loss();
            return false;
        }
        boolean spike = point.loss() / average > ratio;
        average = spike ? average : 0.8 * average + 0.2 * point.loss();
        return spike;
    }
}
