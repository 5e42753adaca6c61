package observatory.probe;

/**
 * Which hashes a run has met before: a Bloom filter of fixed size. It never forgets, so "not met" is certain; "met" is
 * wrong for one in a hundred once it holds {@code bits / 9.6} different hashes, and for {@link #falsePositives} now.
 */
public final class RunSketch {
    /** Enough for 3.5 million different hashes at one error in a hundred: 4 MiB. */
    public static final int DEFAULT_BITS = 1 << 25;
    /** Optimal for ten bits a hash: ln 2 times ten. */
    private static final int FUNCTIONS = 7;

    private final int mask;
    private long[] words;
    private long filled;

    /** @param bits a power of two; memory is taken when the first hash comes */
    public RunSketch(int bits) {
        if (Integer.bitCount(bits) != 1 || bits < Long.SIZE) {
            throw new IllegalArgumentException("a power of two of at least 64: bits=" + bits);
        }
        this.mask = bits - 1;
    }

    /** Puts a well-mixed hash in; true where it was there before. */
    public boolean met(long hash) {
        if (words == null) {
            words = new long[(mask + 1) / Long.SIZE];
        }
        boolean met = true;
        long step = Long.rotateLeft(hash, 32) | 1;
        long at = hash;
        for (int i = 0; i < FUNCTIONS; i++, at += step) {
            int bit = (int) (at >>> 7) & mask;
            long flag = 1L << bit;
            if ((words[bit >>> 6] & flag) == 0) {
                words[bit >>> 6] |= flag;
                filled++;
                met = false;
            }
        }
        return met;
    }

    /** Probability that a hash that was never met seems met. */
    public double falsePositives() {
        return Math.pow((double) filled / (mask + 1L), FUNCTIONS);
    }
}
