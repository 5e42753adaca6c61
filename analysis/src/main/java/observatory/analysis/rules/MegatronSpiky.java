package observatory.analysis.rules;

/** R5: ten times the largest of the first hundred values (Megatron-LM rerun_state_machine). */
final class MegatronSpiky implements PublishedRule {
    private double largest = Double.NEGATIVE_INFINITY;
    private int seen;

    @Override
    public String name() {
        return "R5 Megatron: loss >= 10 x max of the first 100";
    }

    @Override
    public boolean fires(Point point) {
        if (seen < 100) {
            seen++;
            largest = Math.max(largest, Double.isNaN(point.loss()) ? largest : point.loss());
            return false;
        }
        return Math.abs(point.loss()) >= 10 * largest;
    }
}
