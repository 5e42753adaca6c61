package observatory.probe.builtin;

import observatory.probe.Tokens;

/** 64-bit hashes of runs of tokens: a polynomial in an odd factor, mixed by the finaliser of SplitMix64. */
final class TokenHash {
    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private TokenHash() {}

    /** The hash of the tokens of a sequence from one position (inclusive) to another (exclusive). */
    static long of(Tokens tokens, int sequence, int from, int to) {
        long hash = to - from;
        for (int t = from; t < to; t++) {
            hash = (hash + tokens.id(sequence, t) + 1) * FACTOR;
        }
        return mix(hash);
    }

    static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
