package observatory.probe.builtin;

import observatory.probe.BatchProbe;
import observatory.probe.Metric;
import observatory.probe.RunSketch;
import observatory.probe.Schedule;
import observatory.probe.SequenceSink;
import observatory.probe.Tokens;

/**
 * What a run has trained on before: whether exactly this sequence, and how many of its 13-grams, of which those are
 * taken whose hash is a multiple of 8, so that the same are taken wherever a sequence begins.
 * Repeated data harms far beyond its share (Hernandez et al. 2022, arXiv 2205.10487: 0.1 % of it repeated 100 times
 * made a model of 800M parameters as good as one of 400M). Met before is remembered in a sketch of fixed size, which
 * may be wrong about one in a hundred once it is full, and after a rewind also knows what is to come. 3·T
 * multiplications.
 */
@Metric(name = "seen_before", tells = "1 where this very sequence came before in this run, else 0")
@Metric(name = "ngram_seen_fraction", tells = "share of the sequence's 13-grams that came before in this run")
public record RunRepetition(Schedule schedule) implements BatchProbe {
    private static final int GRAM = 13;
    private static final int ONE_IN = 8;

    @Override
    public void read(Tokens tokens, RunSketch seen, SequenceSink out) {
        int length = tokens.length();
        for (int sequence = 0; sequence < tokens.sequences(); sequence++) {
            boolean whole = seen.met(TokenHash.of(tokens, sequence, 0, length));
            int[] grams = new int[2];
            TokenHash.rolling(tokens, sequence, GRAM, hash -> {
                if (hash % ONE_IN == 0) {
                    grams[0]++;
                    grams[1] += seen.met(hash) ? 1 : 0;
                }
            });
            out.sample(sequence, "seen_before", whole ? 1 : 0);
            out.sample(sequence, "ngram_seen_fraction", grams[0] == 0 ? 0 : (double) grams[1] / grams[0]);
        }
    }
}
