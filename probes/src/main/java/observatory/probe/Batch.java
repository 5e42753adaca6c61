package observatory.probe;

import java.util.List;

/** The sequences a step was trained on, so that a batch can be named, recomputed and replayed. Never their text. */
public record Batch(List<Sequence> sequences, List<Column> columns) {
    public Batch {
        sequences = List.copyOf(sequences);
        columns = List.copyOf(columns);
        for (Column column : columns) {
            for (int at : column.at()) {
                if (at < 0 || at >= sequences.size()) {
                    throw new IllegalArgumentException("metric " + column.metric() + " names sequence " + at + " of "
                            + sequences.size() + "; sequences are numbered from 0");
                }
            }
        }
    }

    public Batch(List<Sequence> sequences) {
        this(sequences, List.of());
    }

    /** This batch, with what was measured of its sequences: a column's {@code at} numbers them from 0. */
    public Batch with(List<Column> columns) {
        return new Batch(sequences, columns);
    }

    /** One training sequence: the source and token offset it was read from, and its own mean loss in nats. */
    public record Sequence(String source, long offset, double loss) {}
}
