package observatory.analysis.log;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of training_log in Megatron-LM, Megatron-DeepSpeed or GPT-NeoX: the iteration, then {@code key: value} fields
 * between bars. Whatever stands before the iteration (a rank, a time, a quoting mark) does not matter.
 */
record MegatronLine(long step, Instant time, Map<String, Double> fields) {
    private static final Pattern ITERATION = Pattern.compile("iteration\\s+(\\d{1,15})\\s*/\\s*\\d{1,15}\\s*\\|");
    private static final Pattern CLOCK =
            Pattern.compile("\\[(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?)]");
    private static final Pattern FIELD = Pattern.compile("\\s*([^|:]{1,80}):\\s*([^|\\s]{1,40})\\s*");

    static Optional<MegatronLine> parse(String line) {
        if (!line.contains("iteration")) {
            return Optional.empty(); // most lines of a log; the pattern would cost ten times as much
        }
        Matcher start = ITERATION.matcher(line);
        if (!start.find()) {
            return Optional.empty();
        }
        Map<String, Double> fields = new LinkedHashMap<>();
        for (String part : line.substring(start.end()).split("\\|")) {
            Matcher field = FIELD.matcher(part);
            if (field.matches()) {
                LogNumber.parse(field.group(2))
                        .ifPresent(value -> fields.put(field.group(1).strip(), value));
            }
        }
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new MegatronLine(Long.parseLong(start.group(1)), clock(line), fields));
    }

    OptionalDouble field(String name) {
        Double value = fields.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static Instant clock(String line) {
        Matcher clock = CLOCK.matcher(line);
        if (!clock.find()) {
            return Instant.EPOCH; // older versions print no time, and no rule depends on it
        }
        try {
            return LocalDateTime.parse(clock.group(1) + "T" + clock.group(2)).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException impossibleDate) {
            return Instant.EPOCH;
        }
    }

    /** Whether these are the fields of training, not of an evaluation. */
    boolean isTraining() {
        return fields.containsKey("learning rate") || fields.containsKey("number of skipped iterations");
    }
}
