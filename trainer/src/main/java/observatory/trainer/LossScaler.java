package observatory.trainer;

/**
 * PyTorch's dynamic loss scale as a state: halved when a gradient was not finite, doubled after 2,000 good steps in a
 * row (torch/amp/grad_scaler.py). With fp32 the scale is 1 and stays there.
 */
public record LossScaler(double scale, int goodSteps, int growthInterval, boolean dynamic) {
    private static final double INITIAL = 65536;
    private static final int INTERVAL = 2000;

    public static LossScaler of(Precision precision) {
        return switch (precision) {
            case FP32 -> new LossScaler(1, 0, INTERVAL, false);
            case FP16 -> torch(INITIAL, INTERVAL);
        };
    }

    static LossScaler torch(double scale, int growthInterval) {
        return new LossScaler(scale, 0, growthInterval, true);
    }

    /** The scale after a step whose gradient did or did not overflow. */
    public LossScaler after(boolean overflow) {
        if (!dynamic) {
            return this;
        }
        if (overflow) {
            return new LossScaler(scale * 0.5, 0, growthInterval, true);
        }
        if (goodSteps + 1 == growthInterval) {
            return new LossScaler(scale * 2, 0, growthInterval, true);
        }
        return new LossScaler(scale, goodSteps + 1, growthInterval, true);
    }
}
