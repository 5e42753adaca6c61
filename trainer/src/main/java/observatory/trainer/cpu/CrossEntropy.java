package observatory.trainer.cpu;

import java.lang.foreign.Arena;

/**
 * Softmax cross-entropy over the vocabulary, and z-loss on top of it: the loss of each token, and logits turned into
 * their gradient in place.
 */
final class CrossEntropy {
    private final Workers workers;
    private final float zLoss;
    private final Tensor scratch; // (parts, V)
    private final Tensor logZ; // (B·T, 1), ln Σ e to the logits

    CrossEntropy(Workers workers, Arena arena, int rows, int vocabulary, double zLoss) {
        this.workers = workers;
        this.zLoss = (float) zLoss;
        this.scratch = Tensor.zeros(arena, Workers.parts(rows, vocabulary), vocabulary);
        this.logZ = Tensor.zeros(arena, rows, 1);
    }

    /** ln Σ e to the logits of each token of the last forward pass, (B·T, 1). */
    Tensor logZ() {
        return logZ;
    }

    /** Cross-entropy of each token in nats; not finite where a logit of its row is not. */
    void forward(Tensor logits, int[] targets, double[] losses) {
        int v = logits.columns();
        workers.overRows(logits.rows(), v, (from, to) -> {
            for (long row = from; row < to; row++) {
                float max = Vectors.max(logits.data(), row * v, v);
                double z = max + StrictMath.log(exponentials(logits, row, max));
                logZ.set(row, (float) z);
                losses[(int) row] = z - logits.get(row * v + targets[(int) row]);
            }
        });
    }

    /**
     * Replaces the logits by the gradient of each row's weight times its loss: weight · (softmax · (1 + 2 · zLoss · logZ)
     * - one-hot).
     */
    void backward(Tensor logits, int[] targets, float[] weights) {
        int v = logits.columns();
        workers.overRows(logits.rows(), v, (from, to) -> {
            for (long row = from; row < to; row++) {
                float weight = weights[(int) row];
                float max = Vectors.max(logits.data(), row * v, v);
                float share = weight * (1 + 2 * zLoss * logZ.get(row)) / exponentials(logits, row, max);
                Vectors.scaled(scratch.data(), scratchRow(row, v), share, logits.data(), row * v, v);
                long target = row * v + targets[(int) row];
                logits.set(target, logits.get(target) - weight);
            }
        });
    }

    /** Leaves e to the (logit - max) of a row in the scratch of its part, and returns their sum. */
    private float exponentials(Tensor logits, long row, float max) {
        int v = logits.columns();
        long out = scratchRow(row, v);
        Vectors.exponentials(logits.data(), row * v, max, scratch.data(), out, v);
        return Vectors.sum(scratch.data(), out, v);
    }

    private static long scratchRow(long row, int v) {
        return row / Workers.rowsEach(v) * v;
    }
}
