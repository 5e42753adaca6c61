package observatory.trainer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text as bytes, in named sources, so that a batch can say what it is a mixture of. */
public record Corpus(List<Source> sources) {

    /** One kind of text: all of it, as bytes. */
    public record Source(String name, byte[] text) {}

    public Corpus {
        sources = List.copyOf(sources);
    }

    public long size() {
        return sources.stream().mapToLong(source -> source.text().length).sum();
    }

    /**
     * The batch of a step: sequences drawn uniformly over all places where one fits, by a counter-based generator, so
     * that any batch of a run can be made again by its number alone.
     */
    public TokenBatch batch(ModelSpec model, TrainingSpec training, long step) {
        int context = model.context();
        List<Source> usable = sources.stream()
                .filter(source -> source.text().length > context)
                .toList();
        long[] starts = usable.stream()
                .mapToLong(source -> source.text().length - context)
                .toArray();
        long all = Arrays.stream(starts).sum();
        if (all == 0) {
            throw new IllegalArgumentException("no source of the corpus is longer than one sequence: longest="
                    + sources.stream()
                            .mapToInt(source -> source.text().length)
                            .max()
                            .orElse(0)
                    + " bytes, context=" + context + "; give more text or a shorter context");
        }
        List<TokenBatch.Place> places = new ArrayList<>();
        int[] inputs = new int[training.batch() * context];
        int[] targets = new int[training.batch() * context];
        for (int row = 0; row < training.batch(); row++) {
            long start = Long.remainderUnsigned(SplitMix.bits(training.seed(), step * training.batch() + row), all);
            int source = 0;
            while (start >= starts[source]) {
                start -= starts[source++];
            }
            byte[] text = usable.get(source).text();
            for (int t = 0; t < context; t++) {
                inputs[row * context + t] = text[(int) start + t] & 0xff;
                targets[row * context + t] = text[(int) start + t + 1] & 0xff;
            }
            places.add(new TokenBatch.Place(usable.get(source).name(), start));
        }
        return new TokenBatch(List.copyOf(places), context, inputs, targets);
    }
}
