package observatory.trainer.fault;

import observatory.trainer.ModelSpec;
import observatory.trainer.SplitMix;
import observatory.trainer.TokenBatch;

/** Another domain than the run was planned for: lines of a genome, four letters in no order a text model knows. */
public final class ForeignTokens implements Pathology.InTokens {
    private static final long STREAM = 0xF02E161L;
    private static final String LETTERS = "ACGT";
    private static final int LINE = 60;

    @Override
    public TokenBatch instead(TokenBatch drawn, ModelSpec model, long step) {
        return Replaced.each(
                drawn,
                position -> Math.min(
                        model.vocabulary() - 1,
                        position % (LINE + 1) == LINE
                                ? '\n'
                                : LETTERS.charAt((int) (SplitMix.bits(STREAM + step, position) >>> 62))));
    }
}
