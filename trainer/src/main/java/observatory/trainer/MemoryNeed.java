package observatory.trainer;

/** What a run takes of the memory of this machine where it trains on the CPU, estimated from its shapes. */
public final class MemoryNeed {
    /** Weights, their working copies, gradients and two moments. */
    private static final int EACH_PARAMETER = 5;

    private MemoryNeed() {}

    /** Bytes of all ranks together: what is kept of each parameter, and the activations of one pass. */
    public static double bytes(ModelSpec model, TrainingSpec training) {
        return (double) training.batching().ranks()
                * Float.BYTES
                * ((double) EACH_PARAMETER * model.parameters() + activations(model, training.batching()));
    }

    private static double activations(ModelSpec model, Batching batching) {
        double tokens = (double) Math.min(batching.micro(), batching.sequences() / batching.ranks()) * model.context();
        double layer = 12.0 * model.width() + 2.0 * model.projected() + (double) model.heads() * model.context();
        return tokens * (model.layers() * layer + 3.0 * model.vocabulary());
    }
}
