package observatory.analysis.rules;

/**
 * R20: half as much again as the moving average 0.99 (msprobe AnomalyTurbulence with its example 0.5); blind for
 * ever after a NaN.
 */
final class Turbulence implements PublishedRule {
    private double average = Double.NaN;
    private boolean started;

    @Override
    public String name() {
        return "R20 msprobe Turbulence: |x| > 1.5 x EMA 0.99";
    }

    @Override
    public boolean fires(Point point) {
        double x = Math.abs(point.loss());
        if (!started) {
            started = true;
            average = x;
            return false;
        }
        boolean fires = x > 1.5 * average;
        average = 0.99 * average + 0.01 * x;
        return fires;
    }
}
