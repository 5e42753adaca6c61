package observatory.probe.builtin;

import java.util.function.LongConsumer;
import observatory.probe.Tokens;

/** 64-bit hashes of runs of tokens: a polynomial in an odd factor, mixed by the finaliser of SplitMix64. */
final class TokenHash {
    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private TokenHash() {}

    /** The hash of the tokens of a sequence from one position (inclusive) to another (exclusive). */
    static long of(Tokens tokens, int sequence, int from, int to) {
        int[] ids = tokens.ids();
        int begin = sequence * tokens.length();
        long hash = to - from;
        for (int t = begin + from; t < begin + to; t++) {
            hash = (hash + ids[t] + 1) * FACTOR;
        }
        return mix(hash);
    }

    /**
     * Hashes of all runs of a length in a sequence, one after the other; each from the one before, with two products.
     */
    static void rolling(Tokens tokens, int sequence, int length, LongConsumer hashes) {
        int[] ids = tokens.ids();
        int begin = sequence * tokens.length();
        int end = begin + tokens.length();
        long leaving = 1;
        for (int i = 0; i < length; i++) {
            leaving *= FACTOR;
        }
        long hash = length;
        long seed = length * leaving;
        for (int at = begin; at < end; at++) {
            hash = (hash + ids[at] + 1) * FACTOR;
            if (at - begin >= length) {
                // The polynomial without its oldest token, and with the length it began with in its place again.
                hash -= (ids[at - length] + 1) * leaving * FACTOR + seed * (FACTOR - 1);
            }
            if (at - begin >= length - 1) {
                hashes.accept(mix(hash));
            }
        }
    }

    static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
