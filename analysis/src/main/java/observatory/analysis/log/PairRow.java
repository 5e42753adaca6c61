package observatory.analysis.log;

import java.util.Optional;

/** A line of prose as a row: its first number of each name. */
final class PairRow {
    private PairRow() {}

    /** Empty where the line names no step or nothing but a step. */
    static Optional<Row> parse(String line) {
        if (line.length() > 4096) {
            return Optional.empty(); // no line that a training loop prints, and costly to look through
        }
        Row row = new Row();
        Pairs.scan(line, (name, value, unit) -> row.numbers().putIfAbsent(name, value));
        return StepNames.best(row.numbers().keySet()).isPresent()
                        && row.numbers().size() > 1
                ? Optional.of(row)
                : Optional.empty();
    }
}
