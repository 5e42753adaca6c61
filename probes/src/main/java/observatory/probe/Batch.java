package observatory.probe;

import java.util.List;

/** The sequences a step was trained on, so that a batch can be named, recomputed and replayed. Never their text. */
public record Batch(List<Sequence> sequences) {
    public Batch {
        sequences = List.copyOf(sequences);
    }

    /** One training sequence: the source and token offset it was read from, and its own mean loss in nats. */
    public record Sequence(String source, long offset, double loss) {}
}
