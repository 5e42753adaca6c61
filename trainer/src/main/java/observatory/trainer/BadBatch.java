package observatory.trainer;

/** The fault in the data: the bytes of a batch replaced by noise, while its places still name what should have been read. */
final class BadBatch {
    private static final long STREAM = 0x0BADBA7C4L;

    private BadBatch() {}

    static TokenBatch instead(TokenBatch batch, ModelSpec model, long step) {
        int[] inputs = batch.inputs().clone();
        int[] targets = batch.targets().clone();
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = noise(step, i, model);
            targets[i] = noise(step, i + 1, model);
        }
        return new TokenBatch(batch.places(), batch.context(), inputs, targets);
    }

    private static int noise(long step, int position, ModelSpec model) {
        return (int) Long.remainderUnsigned(SplitMix.bits(STREAM + step, position), model.vocabulary());
    }
}
