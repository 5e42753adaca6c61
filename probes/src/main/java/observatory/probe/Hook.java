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
 *         x = x + attention(q, k, v) · Wo                    ATTENTION_OUT, RESIDUAL_MID
 *         m = norm(x)                                        MLP_NORM
 *         h = activation(m · Wup)                            MLP_HIDDEN
 *         x = x + h · Wdown                                  MLP_OUT, RESIDUAL
 *     logits = norm(x) · Wunembed                            FINAL_NORM, LOGITS
 *     loss = cross_entropy(logits, targets)
 *     backward                                               LOGITS_GRADIENT, then per layer, last first:
 *                                                            RESIDUAL_GRADIENT
 * unscale the gradients, take their global norm, clip        GRADIENT   per parameter
 * optimiser step                                             UPDATE     per parameter: (update, weight)
 * }</pre>
 *
 * Gradients of activations are seen as the backward pass computes them, still multiplied by the loss scale; gradients
 * of parameters are seen unscaled and before clipping.
 */
public enum Hook {
    EMBEDDING,
    ATTENTION_NORM,
    QKV,
    ATTENTION_OUT,
    RESIDUAL_MID,
    MLP_NORM,
    MLP_HIDDEN,
    MLP_OUT,
    RESIDUAL,
    FINAL_NORM,
    LOGITS,
    LOGITS_GRADIENT,
    RESIDUAL_GRADIENT,
    GRADIENT,
    UPDATE;

    /** One bit for each hook, so that a plan is one mask and a hook nobody watches is one branch. */
    long bit() {
        return 1L << ordinal();
    }

    /** Whether the tensor here was computed by the forward pass. */
    public boolean forward() {
        return compareTo(LOGITS) <= 0;
    }

    /** The name on the wire and on the screen, such as {@code attention_out}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
