package observatory.analysis.rules;

/** S8: the loss is no lower than ten points before, looked at every ten points (SageMaker). */
final class LossNotDecreasing implements PublishedRule {
    private double before = Double.NaN;
    private long seen;

    @Override
    public String name() {
        return "S8 SageMaker LossNotDecreasing: 10 points";
    }

    @Override
    public boolean fires(Point point) {
        if (seen++ % 10 != 0) {
            return false;
        }
        boolean fires = point.loss() >= before;
        before = point.loss();
        return fires;
    }
}
