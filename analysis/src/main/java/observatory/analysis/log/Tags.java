package observatory.analysis.log;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** The tags at the beginning of a log, so that it can be decided which of them is the loss before the first is read. */
final class Tags {
    private Tags() {}

    /** Those of the rows that {@code reader} finds in the first lines. */
    static Set<String> ahead(LogSource source, Function<String, Optional<Row>> reader) {
        Set<String> tags = new LinkedHashSet<>();
        Consumer<Row> collect = row -> tags.addAll(row.numbers().keySet());
        for (String line : source.head().lines()) {
            reader.apply(line).ifPresent(collect);
        }
        return tags;
    }
}
