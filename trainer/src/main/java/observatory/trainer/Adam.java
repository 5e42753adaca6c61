package observatory.trainer;

/**
 * The constants of AdamW (Loshchilov and Hutter, arXiv 1711.05101): decay of the first and second moment, the guard
 * against division by zero, and the decoupled weight decay, which is applied to matrices only.
 */
public record Adam(float beta1, float beta2, float epsilon, float weightDecay) {
    /** GPT-3's. */
    public static final Adam STANDARD = new Adam(0.9f, 0.95f, 1e-8f, 0.1f);

    public Adam {
        share("beta1", beta1);
        share("beta2", beta2);
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon must be between 0 and 1: epsilon=" + epsilon + "; try 1e-8");
        }
        share("weight decay", weightDecay);
    }

    public Adam withBeta2(float other) {
        return new Adam(beta1, other, epsilon, weightDecay);
    }

    public Adam withEpsilon(float other) {
        return new Adam(beta1, beta2, other, weightDecay);
    }

    private static void share(String name, float value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must be at least 0 and below 1: " + name + "=" + value);
        }
    }
}
