package observatory.trainer.fault;

import observatory.trainer.ModelSpec;
import observatory.trainer.TokenBatch;

/** One token over and over: the records of a million backslashes that OSCAR had (BigScience, tr8 chronicles). */
public final class RepeatedToken implements Pathology.InTokens {
    @Override
    public TokenBatch instead(TokenBatch drawn, ModelSpec model, long step) {
        int backslash = Math.min('\\', model.vocabulary() - 1);
        return Replaced.each(drawn, position -> backslash);
    }
}
