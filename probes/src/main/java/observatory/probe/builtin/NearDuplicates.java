package observatory.probe.builtin;

import java.util.Arrays;
import observatory.probe.BatchProbe;
import observatory.probe.Metric;
import observatory.probe.RunSketch;
import observatory.probe.Schedule;
import observatory.probe.SequenceSink;
import observatory.probe.Tokens;

/**
 * Sequences of one batch that are nearly the same: MinHash of their sets of 5-grams (Broder 1997), and for each sequence
 * the largest estimated Jaccard similarity to another of the batch. The share of equal minima estimates it without bias,
 * with a standard error of √(J(1 - J)/64), at most 0.063. 64·T multiplications a sequence, and 64 comparisons a pair.
 */
@Metric(
        name = "near_duplicate",
        tells = "largest MinHash estimate of Jaccard similarity to another sequence of the batch")
public record NearDuplicates(Schedule schedule) implements BatchProbe {
    private static final int HASHES = 64;
    private static final int GRAM = 5;

    @Override
    public void read(Tokens tokens, RunSketch seen, SequenceSink out) {
        long[][] minima = new long[tokens.sequences()][];
        for (int i = 0; i < minima.length; i++) {
            minima[i] = minima(tokens, i);
        }
        for (int i = 0; i < minima.length; i++) {
            double nearest = 0;
            for (int j = 0; j < minima.length; j++) {
                nearest = i == j ? nearest : Math.max(nearest, equalShare(minima[i], minima[j]));
            }
            out.sample(i, "near_duplicate", nearest);
        }
    }

    private static long[] minima(Tokens tokens, int sequence) {
        long[] minima = new long[HASHES];
        Arrays.fill(minima, Long.MAX_VALUE);
        TokenHash.rolling(tokens, sequence, GRAM, gram -> {
            for (int h = 0; h < HASHES; h++) {
                // Another odd factor and offset for each hash: multiply-shift hashing of an already mixed value.
                long hash = TokenHash.mix(gram * (2L * h + 0x9E3779B97F4A7C15L | 1) + h);
                minima[h] = Math.min(minima[h], hash);
            }
        });
        return minima;
    }

    private static double equalShare(long[] a, long[] b) {
        int equal = 0;
        for (int h = 0; h < HASHES; h++) {
            equal += a[h] == b[h] && a[h] != Long.MAX_VALUE ? 1 : 0;
        }
        return (double) equal / HASHES;
    }
}
