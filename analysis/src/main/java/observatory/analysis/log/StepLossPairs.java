package observatory.analysis.log;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * Two bare numbers a line, step and loss, as the reference losses of torchtitan's tests; or one, a
 * loss, which is counted.
 */
public final class StepLossPairs implements LogFormat {
    private static final Pattern PAIR = Pattern.compile("\\s*(\\d{1,15})[\\s,;]+([+-]?[\\d.]\\S{0,30}|nan|-?inf)\\s*");

    private static final Pattern SINGLE =
            Pattern.compile("\\s*([+-]?\\d{1,20}\\.\\d{1,30}(?:[eE][+-]?\\d{1,4})?|nan|-?inf)\\s*");

    @Override
    public String name() {
        return "step-loss-pairs";
    }

    @Override
    public boolean recognises(Head head) {
        List<String> lines =
                head.lines().stream().filter(line -> !line.isBlank()).limit(20).toList();
        return lines.size() > 1
                && (lines.stream()
                                .allMatch(line -> row(line)
                                        .filter(row -> row.numbers().size() == 2)
                                        .isPresent())
                        || lines.stream().allMatch(line -> SINGLE.matcher(line).matches()));
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return JsonLines.read(source, sink, StepLossPairs::row);
    }

    private static Optional<Row> row(String line) {
        Matcher single = SINGLE.matcher(line);
        if (single.matches()) {
            Row row = new Row();
            row.put(Scalars.LOSS, single.group(1));
            return Optional.of(row);
        }
        Matcher pair = PAIR.matcher(line);
        if (!pair.matches()) {
            return Optional.empty();
        }
        Row row = new Row();
        row.put("step", pair.group(1));
        row.put(Scalars.LOSS, pair.group(2));
        return row.numbers().size() == 2 ? Optional.of(row) : Optional.empty();
    }
}
