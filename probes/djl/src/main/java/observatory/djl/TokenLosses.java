package observatory.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import observatory.probe.HostTensor;

/**
 * The cross-entropy of each token and ln Σ e to its logits, from one softmax on the engine: what comes to the host are
 * two numbers a token.
 *
 * @param losses (tokens)
 * @param logZ (tokens, 1)
 */
record TokenLosses(float[] losses, HostTensor logZ) {

    /** Empty where there is not one class for each row of logits, such as where a label stands for padding. */
    static Optional<TokenLosses> of(NDArray logits, NDArray labels) {
        Shape shape = logits.getShape();
        long classes = shape.dimension() == 0 ? 0 : shape.get(shape.dimension() - 1);
        if (classes == 0 || labels.size() != shape.size() / classes || !areClasses(Host.floats(labels), classes)) {
            return Optional.empty();
        }
        try (NDArray apart = logits.stopGradient();
                NDArray flat = apart.reshape(labels.size(), classes);
                NDArray single = flat.toType(DataType.FLOAT32, false);
                NDArray log = single.logSoftmax(1);
                NDArray row = labels.reshape(labels.size(), 1);
                NDArray index = row.toType(DataType.INT64, false);
                NDArray loss = log.gather(index, 1);
                NDArray logit = single.gather(index, 1)) {
            float[] losses = Host.floats(loss);
            float[] logZ = Host.floats(logit);
            boolean finite = true;
            for (int token = 0; token < losses.length; token++) {
                logZ[token] -= losses[token];
                losses[token] = -losses[token];
                finite &= Float.isFinite(logZ[token]);
            }
            // Of a token whose own class is ruled out by a logit of -Infinity the others still have a sum.
            return Optional.of(
                    new TokenLosses(losses, finite ? new HostTensor(logZ, logZ.length, 1) : Host.logSumExp(single)));
        }
    }

    /** The mean loss of tokens from one to before another. */
    double mean(int from, int to) {
        double sum = 0;
        for (int token = from; token < to; token++) {
            sum += losses[token];
        }
        return sum / (to - from);
    }

    private static boolean areClasses(float[] labels, long classes) {
        for (float label : labels) {
            if (!(label >= 0 && label < classes && label == (int) label)) {
                return false;
            }
        }
        return true;
    }
}
