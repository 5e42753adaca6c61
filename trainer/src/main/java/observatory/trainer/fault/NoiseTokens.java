package observatory.trainer.fault;

import observatory.trainer.ModelSpec;
import observatory.trainer.SplitMix;
import observatory.trainer.TokenBatch;

/** Uniform noise instead of text, as after a broken preprocessing step. */
public final class NoiseTokens implements Pathology.InTokens {
    private static final long STREAM = 0x0BADBA7C4L;

    @Override
    public TokenBatch instead(TokenBatch drawn, ModelSpec model, long step) {
        return Replaced.each(drawn, position ->
                (int) Long.remainderUnsigned(SplitMix.bits(STREAM + step, position), model.vocabulary()));
    }
}
