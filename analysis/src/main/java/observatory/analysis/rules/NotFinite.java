package observatory.analysis.rules;

/** R1 to R4, R29, S2: the loss or the gradient norm is NaN or infinite. */
final class NotFinite implements PublishedRule {

    @Override
    public String name() {
        return "R1-R4 NaN guards: loss or gradient norm not finite";
    }

    @Override
    public boolean fires(Point point) {
        return !Double.isFinite(point.loss()) || point.hasNorm() && !Double.isFinite(point.gradientNorm());
    }
}
