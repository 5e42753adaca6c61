package observatory.analysis.log;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of prose as a row: its first number of each name. Where none of them is a step, one of the unnamed is: the
 * number in {@code [100] loss=…} or {@code 100) loss = …}, which JAX programs print, that of {@code [100/1000] loss: …}
 * or of a progress bar, {@code 100/1000 [}. Two counters, {@code Epoch [2][100/1000]} or
 * {@code Epoch 2, Step [100/1000]}, count on from epoch to epoch. Where nothing else counts, epochs do.
 */
final class PairRow {
    private static final Pattern EPOCH_AND_STEP = Pattern.compile(
            "(?i)\\b(?:epoch|train)(?:\\(train\\)|ing)?\\s*:?\\s*"
                    + "\\[?(\\d{1,9})(?:/\\d{1,9})?]?,?\\s*(?:step|iter|iteration|batch)?:?\\s*\\[\\s*(\\d{1,12})/\\s*(\\d{1,12})");
    private static final List<Pattern> UNNAMED = List.of(
            Pattern.compile("\\[(\\d{1,12})]\\s+[A-Za-z_]"),
            Pattern.compile("(?:^|\\s)(\\d{1,12})\\)\\s+[A-Za-z_]"),
            Pattern.compile("\\[\\s*(\\d{1,12})/\\s*\\d{1,12}]"),
            Pattern.compile("\\b(\\d{1,12})/\\d{1,12} \\["),
            Pattern.compile("(?i)\\bepoch\\s*[:#]?\\s*\\[?(\\d{1,9})\\b"));
    private static final int LONGEST = 4096; // no longer line is printed by a training loop, and long ones cost time

    private PairRow() {}

    /** Empty where the line names no step or nothing but a step. */
    static Optional<Row> parse(String line) {
        if (line.length() > LONGEST) {
            return Optional.empty();
        }
        Row row = new Row();
        Pairs.scan(line, (name, value, unit) -> row.numbers().putIfAbsent(name, value));
        boolean step = !row.numbers().isEmpty()
                && (StepNames.best(row.numbers().keySet()).isPresent() || unnamedStep(line, row));
        return step && row.numbers().size() > 1 ? Optional.of(row) : Optional.empty();
    }

    private static boolean unnamedStep(String line, Row row) {
        if (row.numbers().keySet().stream().noneMatch(name -> Meaning.of(name).isPresent())) {
            return false; // nothing to look for a step of
        }
        Matcher nested = EPOCH_AND_STEP.matcher(line);
        if (nested.find()) {
            long epoch = Long.parseLong(nested.group(1));
            row.numbers().keySet().removeIf(StepNames::isEpoch);
            row.put("step", epoch * Long.parseLong(nested.group(3)) + Long.parseLong(nested.group(2)));
            return true;
        }
        for (Pattern pattern : UNNAMED) {
            Matcher found = pattern.matcher(line);
            if (found.find()) {
                row.put("step", found.group(1));
                return true;
            }
        }
        return false;
    }
}
