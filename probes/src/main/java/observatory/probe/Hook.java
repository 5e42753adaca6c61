package observatory.probe;

/**
 * The places in a training step where one may look, in the order in which a step passes them. The step is:
 *
 * <pre>{@code
 * for each micro-batch:
 *     x = embed(tokens) + positions                          EMBEDDING
 *     for each layer:
 *         a = norm(x)                                        ATTENTION_NORM
 *         q, k, v = a · Wqkv                                 QKV
 *         softmax(q · kᵀ / √d) · v                           ATTENTION_LOGITS, ATTENTION_ENTROPY
 *         x = x + attention(q, k, v) · Wo                    ATTENTION_OUT, RESIDUAL_MID
 *         m = norm(x)                                        MLP_NORM
 *         u = m · Wup                                        MLP_UP
 *         h = activation(u)                                  MLP_HIDDEN
 *         x = x + h · Wdown                                  MLP_OUT, RESIDUAL
 *     logits = norm(x) · Wunembed                            FINAL_NORM, LOGITS
 *     loss = cross_entropy(logits, targets)                  LOG_Z
 *     backward                                               LOGITS_GRADIENT, then per layer, last first:
 *                                                            NORM_EXAMPLE_GRADIENT, RESIDUAL_GRADIENT
 * unscale the gradients, take their global norm, clip        GRADIENT   per parameter
 * optimiser step                                             NORMALISED_GRADIENT, ADAM_DIRECTION, SECOND_MOMENT
 *                                                            UPDATE     per parameter: (update, weight)
 *                                                            WEIGHT     per matrix; NORM_GAIN per gain of a norm
 * }</pre>
 *
 * Gradients of activations are seen as the backward pass computes them, still multiplied by the loss scale; gradients
 * of parameters are seen unscaled and before clipping. Some tensors exist only for observers, and a backend makes them
 * only where {@link Instruments#wants} says that somebody looks; their hooks say so.
 */
public enum Hook {
    EMBEDDING,
    ATTENTION_NORM,
    QKV,
    /** For observers: (B·T, H), the largest |q · k| / √d of each query and head over the keys it sees. */
    ATTENTION_LOGITS,
    /**
     * For observers: (B·T, H), the entropy of each query's attention over its largest possible, ln(keys seen); 0 to 1.
     */
    ATTENTION_ENTROPY,
    ATTENTION_OUT,
    RESIDUAL_MID,
    MLP_NORM,
    /** What the activation function reads; of gated units the gate. */
    MLP_UP,
    MLP_HIDDEN,
    MLP_OUT,
    RESIDUAL,
    FINAL_NORM,
    LOGITS,
    /** For observers: (B·T, 1), ln Σ e to the logits of each token. */
    LOG_Z,
    LOGITS_GRADIENT,
    /**
     * For observers: (B, C), each sequence's own part of the gradient of a norm's gain, unscaled; site by parameter.
     */
    NORM_EXAMPLE_GRADIENT,
    RESIDUAL_GRADIENT,
    GRADIENT,
    /** For observers: g / max(√v̂, ε), with the clipped gradient g and Adam's debiased second moment after g. */
    NORMALISED_GRADIENT,
    /** For observers: m̂ / (√v̂ + ε), the direction of Adam's step. */
    ADAM_DIRECTION,
    /** For observers: √v̂, the root of Adam's debiased second moment. */
    SECOND_MOMENT,
    UPDATE,
    /** Matrices, after the update. */
    WEIGHT,
    /** The gains of LayerNorm and RMSNorm, after the update. */
    NORM_GAIN;

    /** One bit for each hook, so that a plan is one mask and a hook nobody watches is one branch. */
    long bit() {
        return 1L << ordinal();
    }

    /** Whether the tensor here was computed by the forward pass. */
    public boolean forward() {
        return compareTo(LOG_Z) <= 0;
    }

    /** Whether the tensor here is one the model itself computes with in the forward pass. */
    public boolean activation() {
        return switch (this) {
            case EMBEDDING,
                    ATTENTION_NORM,
                    QKV,
                    ATTENTION_OUT,
                    RESIDUAL_MID,
                    MLP_NORM,
                    MLP_UP,
                    MLP_HIDDEN,
                    MLP_OUT,
                    RESIDUAL,
                    FINAL_NORM,
                    LOGITS -> true;
            case ATTENTION_LOGITS,
                    ATTENTION_ENTROPY,
                    LOG_Z,
                    LOGITS_GRADIENT,
                    NORM_EXAMPLE_GRADIENT,
                    RESIDUAL_GRADIENT,
                    GRADIENT,
                    NORMALISED_GRADIENT,
                    ADAM_DIRECTION,
                    SECOND_MOMENT,
                    UPDATE,
                    WEIGHT,
                    NORM_GAIN -> false;
        };
    }

    /** The name on the wire and on the screen, such as {@code attention_out}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
