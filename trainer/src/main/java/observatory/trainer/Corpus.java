package observatory.trainer;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What there is to train on, in named sources, so that a batch can say what it is a mixture of. */
public record Corpus(List<Source> sources) {

    /** One kind of text, as tokens: a byte each, or the ids of a tokenizer. */
    public record Source(String name, Tokens tokens) {
        public Source(String name, byte[] text) {
            this(name, StoredTokens.ofText(text));
        }
    }

    public Corpus {
        sources = List.copyOf(sources);
    }

    /** All tokens. */
    public long size() {
        return sources.stream().mapToLong(source -> source.tokens().size()).sum();
    }

    /** Refuses weights for sources that are not there. */
    public void check(Map<String, Double> mixture) {
        for (String name : mixture.keySet()) {
            if (sources.stream().noneMatch(source -> source.name().equals(name))) {
                throw new IllegalArgumentException("the mixture weighs a source that the corpus lacks: " + name
                        + "; its sources are "
                        + sources.stream().map(Source::name).collect(Collectors.joining(", ")));
            }
        }
    }
}
