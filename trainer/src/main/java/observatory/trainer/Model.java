package observatory.trainer;

/** A model where its backend keeps it: what a training step asks of it, in the order of the step. */
public interface Model {
    /** Forward pass; the mean loss of each sequence, in nats per token. */
    double[] forward(TokenBatch batch, long step);

    /**
     * Backward pass of the batch just seen, with the loss multiplied by {@code lossScale}; leaves the unscaled
     * gradients, and returns their global norm, which is not finite as soon as one of them is not.
     */
    double backward(double lossScale);

    /** One AdamW step with the gradients multiplied by {@code clipFactor}. */
    void update(double learningRate, double clipFactor);

    /** SHA-256 of all weights, in hex: two runs that agree here have trained the same model to the last bit. */
    String fingerprint();
}
