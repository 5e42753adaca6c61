package observatory.trainer.fault;

import observatory.trainer.ModelSpec;
import observatory.trainer.SplitMix;
import observatory.trainer.TokenBatch;

/** The right tokens of each sequence in the wrong order: frequencies stay, structure goes. */
public final class ShuffledTokens implements Pathology.InTokens {
    private static final long STREAM = 0x5A0FF1EL;

    @Override
    public TokenBatch instead(TokenBatch drawn, ModelSpec model, long step) {
        int context = drawn.context();
        int[] inputs = drawn.inputs().clone();
        int[] targets = drawn.targets().clone();
        for (int row = 0; row < drawn.size(); row++) {
            int first = row * context;
            for (int i = context - 1; i > 0; i--) {
                int j = (int) Long.remainderUnsigned(SplitMix.bits(STREAM + step, first + i), i + 1);
                int kept = inputs[first + i];
                inputs[first + i] = inputs[first + j];
                inputs[first + j] = kept;
            }
            System.arraycopy(inputs, first + 1, targets, first, context - 1);
        }
        return drawn.with(inputs, targets);
    }
}
