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
    /**
     * All bits of a hash lie in one cache line (Putze, Sanders, Singler 2007), so that asking misses the cache once.
     */
    private static final int LINE_BITS = 9;

    private static final int LINE = 1 << LINE_BITS;
    private static final long ODD = 0x9E3779B97F4A7C15L;

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
        int line = Math.min(mask, LINE - 1);
        int first = (int) (hash >>> 7) & mask & ~line;
        long places = Long.rotateLeft(hash, 32) * ODD;
        for (int i = 0; i < FUNCTIONS; i++, places >>>= LINE_BITS) {
            int bit = first | (int) places & line;
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
