package observatory.analysis.log;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of prose as a row: its first number of each name. Where none of them is a step, the number in {@code [100] loss=…}
 * is, which JAX programs print, or that of a progress bar, {@code 100/1000 [}.
 */
final class PairRow {
    private static final Pattern BRACKET = Pattern.compile("\\[(\\d{1,12})]\\s+[A-Za-z_]");
    private static final Pattern BAR = Pattern.compile("\\b(\\d{1,12})/\\d{1,12} \\[");

    private PairRow() {}

    /** Empty where the line names no step or nothing but a step. */
    static Optional<Row> parse(String line) {
        if (line.length() > 4096) {
            return Optional.empty(); // no line that a training loop prints, and costly to look through
        }
        Row row = new Row();
        Pairs.scan(line, (name, value, unit) -> row.numbers().putIfAbsent(name, value));
        boolean step = StepNames.best(row.numbers().keySet()).isPresent() || unnamedStep(line, row);
        return step && row.numbers().size() > 1 ? Optional.of(row) : Optional.empty();
    }

    private static boolean unnamedStep(String line, Row row) {
        if (row.numbers().isEmpty()) {
            return false;
        }
        Matcher bracket = BRACKET.matcher(line);
        Matcher bar = BAR.matcher(line);
        if (bracket.find()) {
            row.put("step", bracket.group(1));
        } else if (bar.find()) {
            row.put("step", bar.group(1));
        }
        return row.numbers().containsKey("step");
    }
}
