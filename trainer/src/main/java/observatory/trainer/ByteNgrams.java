package observatory.trainer;

import java.util.HashMap;
import java.util.Map;

/**
 * A byte model with back-off to shorter contexts (Witten and Bell, IEEE Trans. Inf. Theory 37, 1991): what a trained
 * model has to beat to have learnt more than which bytes follow which. With t different bytes seen n times after a
 * context, p(x) = (count(x) + t · p(x after the shorter context)) / (n + t); after none, every byte is as likely.
 */
public final class ByteNgrams {
    private static final int BYTES = 256;

    private final int order;
    private final Map<Long, int[]> counts = new HashMap<>();

    /** @param order bytes of the longest context, at most 6 */
    public ByteNgrams(int order) {
        if (order < 0 || order > 6) {
            throw new IllegalArgumentException("a context has 0 to 6 bytes: order=" + order);
        }
        this.order = order;
    }

    /** Counts a run of a source's tokens from its beginning. */
    public void learn(Tokens tokens, long size) {
        int[] text = new int[Math.toIntExact(size)];
        tokens.copy(0, text, 0, text.length);
        for (int at = 0; at < text.length; at++) {
            for (int length = 0; length <= Math.min(order, at); length++) {
                counts.computeIfAbsent(key(text, at, length), k -> new int[BYTES])[text[at]]++;
            }
        }
    }

    /** Mean loss over all targets of a batch in nats, each predicted from what its sequence has before it. */
    public double loss(TokenBatch batch) {
        double sum = 0;
        int[] sequence = new int[batch.context() + 1];
        for (int row = 0; row < batch.size(); row++) {
            System.arraycopy(batch.inputs(), row * batch.context(), sequence, 0, batch.context());
            sequence[batch.context()] = batch.targets()[(row + 1) * batch.context() - 1];
            for (int at = 1; at <= batch.context(); at++) {
                sum -= Math.log(probability(sequence, at));
            }
        }
        return sum / (batch.size() * batch.context());
    }

    private double probability(int[] text, int at) {
        double p = 1.0 / BYTES;
        for (int length = 0; length <= Math.min(order, at); length++) {
            int[] after = counts.get(key(text, at, length));
            if (after == null) {
                break;
            }
            long seen = 0;
            int different = 0;
            for (int count : after) {
                seen += count;
                different += count > 0 ? 1 : 0;
            }
            p = (after[text[at]] + different * p) / (seen + different);
        }
        return p;
    }

    /** The bytes before a place, and in the lowest digit how many. */
    private static long key(int[] text, int at, int length) {
        long key = 0;
        for (int i = at - length; i < at; i++) {
            key = key << 8 | text[i];
        }
        return key << 3 | length;
    }
}
