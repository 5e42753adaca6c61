package observatory.probe;

import java.util.Objects;
import java.util.Optional;

/**
 * What a trainer knows of its step that is no tensor: loss, rates, counts and times, the batch it was trained on, and
 * that batch's tokens.
 */
public record StepFacts(Scalars scalars, Optional<Batch> batch, Tokens tokens) {
    public StepFacts {
        Objects.requireNonNull(scalars, "scalars");
        Objects.requireNonNull(batch, "batch");
        if (tokens.sequences() > 0
                && batch.isPresent()
                && batch.get().sequences().size() != tokens.sequences()) {
            throw new IllegalArgumentException("a batch names each of its sequences: named="
                    + batch.get().sequences().size() + ", sequences of tokens=" + tokens.sequences());
        }
    }

    public StepFacts(Scalars scalars, Optional<Batch> batch) {
        this(scalars, batch, Tokens.none());
    }

    static StepFacts none() {
        return new StepFacts(Scalars.none(), Optional.empty());
    }
}
