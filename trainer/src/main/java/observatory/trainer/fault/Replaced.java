package observatory.trainer.fault;

import java.util.function.IntUnaryOperator;
import observatory.trainer.TokenBatch;

/** A batch whose tokens are a function of their position in it. */
final class Replaced {
    private Replaced() {}

    static TokenBatch each(TokenBatch drawn, IntUnaryOperator token) {
        int[] inputs = new int[drawn.inputs().length];
        int[] targets = new int[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = token.applyAsInt(i);
            targets[i] = token.applyAsInt(i + 1);
        }
        return drawn.with(inputs, targets);
    }
}
