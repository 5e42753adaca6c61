package observatory.trainer;

/**
 * How a model is trained: AdamW with decoupled weight decay on matrices, clipping of the global gradient norm, linear
 * warm-up and a cosine to a tenth of the peak rate.
 *
 * @param batch sequences of one step
 * @param learningRate peak rate
 */
public record TrainingSpec(
        int steps, int batch, double learningRate, int warmup, double clip, Precision precision, long seed) {
    /** First and second moment decay, the guard against division by zero, and the weight decay: GPT-3's. */
    public static final float BETA1 = 0.9f;

    public static final float BETA2 = 0.95f;
    public static final float EPSILON = 1e-8f;
    public static final float WEIGHT_DECAY = 0.1f;
    /** The cosine ends at this share of the peak rate. */
    private static final double FLOOR = 0.1;

    public TrainingSpec {
        positive("steps", steps);
        positive("batch", batch);
        positive("learning rate", learningRate);
        positive("clip", clip);
        if (warmup < 0) {
            throw new IllegalArgumentException("warm-up counts steps from 0: warmup=" + warmup);
        }
    }

    /** The learning rate of a step, counted from 1. */
    public double rate(long step) {
        if (step <= warmup) {
            return learningRate * step / warmup;
        }
        double done = Math.min(1, (step - warmup) / (double) Math.max(1, steps - warmup));
        return learningRate * (FLOOR + (1 - FLOOR) * 0.5 * (1 + StrictMath.cos(StrictMath.PI * done)));
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be above 0: " + name + "=" + value);
        }
    }
}
