package observatory.trainer;

/**
 * The learning rate over the steps: linear warm-up to the peak, then a curve to {@code floor} times the peak
 * at the last step.
 *
 * @param warmup steps until the peak
 * @param floor share of the peak at the end; a constant rate has none
 */
public record Schedule(double peak, int warmup, Curve curve, double floor) {
    /** GPT-3's end of the cosine. */
    public static final double STANDARD_FLOOR = 0.1;

    public enum Curve {
        COSINE,
        LINEAR,
        CONSTANT
    }

    public Schedule {
        if (!(peak > 0) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException("learning rate must be above 0: learning rate=" + peak + "; try 0.002");
        }
        if (warmup < 0) {
            throw new IllegalArgumentException("warm-up counts steps from 0: warmup=" + warmup);
        }
        if (!(floor >= 0 && floor <= 1)) {
            throw new IllegalArgumentException("the floor is a share of the peak, 0 to 1: floor=" + floor);
        }
    }

    public static Schedule cosine(double peak, int warmup) {
        return new Schedule(peak, warmup, Curve.COSINE, STANDARD_FLOOR);
    }

    public Schedule with(Curve other) {
        return new Schedule(peak, warmup, other, floor);
    }

    /** The rate of a step of so many, counted from 1. */
    public double rate(long step, long steps) {
        if (step <= warmup) {
            return peak * step / warmup;
        }
        double done = Math.min(1, (step - warmup) / (double) Math.max(1, steps - warmup));
        return switch (curve) {
            case COSINE -> peak * (floor + (1 - floor) * 0.5 * (1 + StrictMath.cos(StrictMath.PI * done)));
            case LINEAR -> peak * (1 - (1 - floor) * done);
            case CONSTANT -> peak;
        };
    }
}
