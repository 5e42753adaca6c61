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
 * One line of training_log in Megatron-LM, Megatron-DeepSpeed or GPT-NeoX: the iteration, then {@code key: value}
 * fields between bars. Whatever stands before the iteration (a rank, a time, a quoting mark) does not matter.
 */
record MegatronLine(long step, Instant time, Map<String, Double> fields) {
    private static final Pattern ITERATION = Pattern.compile("iteration\\s+(\\d{1,15})\\s*/\\s*\\d{1,15}\\s*\\|");
    private static final Pattern CLOCK =
            Pattern.compile("\\[(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?)]");
    private static final int LONGEST_NAME = 80;

    static Optional<MegatronLine> parse(String line) {
        if (!line.contains("iteration")) {
            return Optional.empty(); // most lines of a log; the pattern would cost ten times as much
        }
        Matcher start = ITERATION.matcher(line);
        if (!start.find()) {
            return Optional.empty();
        }
        Map<String, Double> fields = fields(line, start.end());
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new MegatronLine(Long.parseLong(start.group(1)), clock(line), fields));
    }

    /** By hand and not by a pattern, because this is where the time goes in a log of a gigabyte. */
    private static Map<String, Double> fields(String line, int from) {
        Map<String, Double> fields = new LinkedHashMap<>();
        for (int begin = from; begin < line.length(); ) {
            int bar = line.indexOf('|', begin);
            int end = bar < 0 ? line.length() : bar;
            int colon = line.indexOf(':', begin);
            if (colon >= 0 && colon < end && colon - begin <= LONGEST_NAME) {
                String name = line.substring(begin, colon).strip();
                OptionalDouble value = LogNumber.parse(line.substring(colon + 1, end));
                if (value.isPresent() && !name.isEmpty()) {
                    fields.put(name, value.getAsDouble());
                }
            }
            begin = end + 1;
        }
        return fields;
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
