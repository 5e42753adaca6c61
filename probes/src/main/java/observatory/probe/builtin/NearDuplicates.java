package observatory.probe.builtin;

import java.util.Arrays;
import java.util.SplittableRandom;
import observatory.probe.BatchProbe;
import observatory.probe.Metric;
import observatory.probe.RunSketch;
import observatory.probe.Schedule;
import observatory.probe.SequenceSink;
import observatory.probe.Tokens;

/**
 * Sequences of one batch that are nearly the same: MinHash of their sets of 5-grams (Broder 1997), and for each
 * sequence the largest estimated Jaccard similarity to another of the batch. The share of equal minima estimates it
 * without bias, with a standard error of √(J(1 - J)/64), at most 0.063. 192·T multiplications of 32 bits a sequence,
 * and 64 comparisons a pair.
 */
@Metric(
        name = "near_duplicate",
        tells = "largest MinHash estimate of Jaccard similarity to another sequence of the batch")
public record NearDuplicates(Schedule schedule) implements BatchProbe {
    private static final int HASHES = 64;
    private static final int GRAM = 5;
    /** Above every hash, where a sequence is too short for one gram. */
    private static final int NONE = Integer.MAX_VALUE;

    private static final int[] FACTORS =
            new SplittableRandom(1).ints(HASHES).map(factor -> factor | 1).toArray();

    @Override
    public void read(Tokens tokens, RunSketch seen, SequenceSink out) {
        int[][] minima = new int[tokens.sequences()][];
        double[] nearest = new double[minima.length];
        for (int i = 0; i < minima.length; i++) {
            minima[i] = minima(tokens, i);
            for (int j = 0; j < i; j++) {
                double share = equalShare(minima[i], minima[j]);
                nearest[i] = Math.max(nearest[i], share);
                nearest[j] = Math.max(nearest[j], share);
            }
        }
        for (int i = 0; i < minima.length; i++) {
            out.sample(i, "near_duplicate", nearest[i]);
        }
    }

    private static int[] minima(Tokens tokens, int sequence) {
        int[] minima = new int[HASHES];
        Arrays.fill(minima, NONE);
        TokenHash.rolling(tokens, sequence, GRAM, gram -> lower(minima, (int) gram, (int) (gram >>> 32)));
        return minima;
    }

    /** A loop of its own over integers of 32 bits: the compiler makes vectors of it. */
    private static void lower(int[] minima, int low, int high) {
        for (int h = 0; h < HASHES; h++) {
            // Another odd factor for each hash, and the finaliser of MurmurHash3.
            int hash = low * FACTORS[h] + high;
            hash = (hash ^ hash >>> 16) * 0x85EBCA6B;
            hash = (hash ^ hash >>> 13) * 0xC2B2AE35;
            minima[h] = Math.min(minima[h], hash ^ hash >>> 16);
        }
    }

    private static double equalShare(int[] a, int[] b) {
        int equal = 0;
        for (int h = 0; h < HASHES; h++) {
            equal += a[h] == b[h] && a[h] != NONE ? 1 : 0;
        }
        return (double) equal / HASHES;
    }
}
