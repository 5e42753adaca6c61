package observatory.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Draws training sequences from a corpus by a counter-based generator: sample n of a run is a pure function of seed and
 * n, so any batch of a run can be named, and made again by its number alone. Sources are drawn by weight, places in a
 * source uniformly; what is held back for validation is never drawn.
 */
public final class Sampling {
    private static final long PREFIXES = 0x9EF1C5L;

    private final Corpus corpus;
    private final ModelSpec model;
    private final TrainingSpec training;

    public Sampling(Corpus corpus, ModelSpec model, TrainingSpec training) {
        this.corpus = corpus;
        this.model = model;
        this.training = training;
        corpus.check(training.mixture());
    }

    /**
     * Which sequences to draw.
     *
     * @param first number of the first sample, counted from 0 over the whole run
     * @param mixture weight of each source; empty for sources by their size
     */
    public record Draw(long first, int sequences, int context, Map<String, Double> mixture) {}

    /** The sequences of a draw; samples come out alike whatever they are drawn together with. */
    public TokenBatch draw(Draw draw) {
        Weights weights = weights(draw.context(), draw.mixture());
        Rows rows = new Rows(draw.sequences(), draw.context());
        for (int row = 0; row < draw.sequences(); row++) {
            long sample = draw.first() + row;
            double at = SplitMix.uniform(training.seed(), 2 * sample) * weights.total();
            int source = 0;
            while (at >= weights.weight(source) && source < weights.sources().size() - 1) {
                at -= weights.weight(source++);
            }
            long starts = weights.starts().get(source);
            long start = Long.remainderUnsigned(SplitMix.bits(training.seed(), 2 * sample + 1), starts);
            rows.read(row, weights.sources().get(source), start);
            rows.prefixes[row] = prefix(sample, draw.context());
        }
        return rows.batch();
    }

    /**
     * Held-back sequences of a source, spread evenly over it and the same at every validation; none where
     * it is too short.
     */
    public TokenBatch heldBack(Corpus.Source source, int sequences) {
        long from = trained(source);
        long starts = source.tokens().size() - from - model.context();
        int count = starts < 1 ? 0 : (int) Math.min(sequences, starts);
        Rows rows = new Rows(count, model.context());
        for (int row = 0; row < count; row++) {
            rows.read(row, source, from + starts * row / count);
            rows.prefixes[row] = prefix(row, model.context());
        }
        return rows.batch();
    }

    public Corpus corpus() {
        return corpus;
    }

    /** Tokens of a source that are trained on; the rest is held back. */
    public long trained(Corpus.Source source) {
        long size = source.tokens().size();
        return size - (long) (size * training.validation().share());
    }

    private int prefix(long sample, int context) {
        return model.objective() == ModelSpec.Objective.CAUSAL
                ? 0
                : 1 + (int) Long.remainderUnsigned(SplitMix.bits(training.seed() + PREFIXES, sample), context - 1);
    }

    private record Weights(List<Corpus.Source> sources, List<Long> starts, List<Double> each, double total) {
        double weight(int source) {
            return each.get(source);
        }
    }

    /** The sources one can draw from, in how many places a sequence fits, and their weights. */
    private Weights weights(int context, Map<String, Double> mixture) {
        List<Corpus.Source> sources = new ArrayList<>();
        List<Long> starts = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        long longest = 0;
        double total = 0;
        for (Corpus.Source source : corpus.sources()) {
            long fits = trained(source) - context;
            double weight = mixture.isEmpty() ? fits : mixture.getOrDefault(source.name(), 0.0);
            longest = Math.max(longest, trained(source));
            if (fits > 0 && weight > 0) {
                sources.add(source);
                starts.add(fits);
                weights.add(weight);
                total += weight;
            }
        }
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("no source with weight is longer than one sequence: longest=" + longest
                    + " tokens, context=" + context + "; give more text or a shorter context");
        }
        return new Weights(sources, starts, weights, total);
    }

    /** The arrays of a batch while it is read. */
    private final class Rows {
        private final int context;
        private final List<TokenBatch.Place> places = new ArrayList<>();
        private final int[] inputs;
        private final int[] targets;
        private final int[] prefixes;
        private final int[] window;

        Rows(int sequences, int context) {
            this.context = context;
            this.inputs = new int[sequences * context];
            this.targets = new int[sequences * context];
            this.prefixes = new int[sequences];
            this.window = new int[context + 1];
        }

        void read(int row, Corpus.Source source, long start) {
            source.tokens().copy(start, window, 0, context + 1);
            for (int t = 0; t <= context; t++) {
                if (window[t] < 0 || window[t] >= model.vocabulary()) {
                    throw new DataException("a token is outside the vocabulary: source=" + source.name()
                            + ", offset=" + (start + t) + ", token=" + Integer.toUnsignedString(window[t])
                            + ", vocabulary=" + model.vocabulary()
                            + "; train with the vocabulary these tokens were made with");
                }
            }
            System.arraycopy(window, 0, inputs, row * context, context);
            System.arraycopy(window, 1, targets, row * context, context);
            places.add(new TokenBatch.Place(source.name(), start));
        }

        TokenBatch batch() {
            return new TokenBatch(List.copyOf(places), context, inputs, targets, prefixes);
        }
    }
}
