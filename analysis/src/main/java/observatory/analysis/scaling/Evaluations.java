package observatory.analysis.scaling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import observatory.stream.wire.Json;

/**
 * Results of the lm-evaluation-harness over training: the mean over tasks of one metric, in percent, by step. Reads one
 * file of results, one keyed by step (at the top or below {@code results}), or a folder of files with a
 * step in each name.
 */
public final class Evaluations {
    private static final Pattern STEP = Pattern.compile("(\\d+)(?=\\D*$)");

    private Evaluations() {}

    /**
     * @param metric such as {@code acc}; both {@code acc} and {@code acc,none} are found by it
     * @throws IllegalArgumentException where nothing in it is a result, with the reason
     */
    public static SortedMap<Long, Score> read(Path path, String metric) throws IOException {
        SortedMap<Long, Score> scores = new TreeMap<>();
        if (Files.isDirectory(path)) {
            try (Stream<Path> files = Files.list(path)) {
                for (Path file : files.filter(one -> one.toString().endsWith(".json"))
                        .sorted()
                        .toList()) {
                    read(file, metric, scores);
                }
            }
        } else {
            read(path, metric, scores);
        }
        if (scores.isEmpty()) {
            throw new IllegalArgumentException(path + ": no task has the metric " + metric
                    + "; give a result of lm-evaluation-harness, or another --metric");
        }
        return scores;
    }

    private static void read(Path file, String metric, SortedMap<Long, Score> scores) throws IOException {
        JsonNode root;
        try {
            root = Json.mapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + ": no JSON: " + e.getOriginalMessage(), e);
        }
        JsonNode results = root.has("results") ? root.path("results") : root;
        boolean keyed = !results.isEmpty()
                && results.properties().stream()
                        .allMatch(one -> step(one.getKey()).isPresent());
        if (keyed) {
            for (Map.Entry<String, JsonNode> one : results.properties()) {
                JsonNode at = one.getValue();
                score(at.has("results") ? at.path("results") : at, metric)
                        .ifPresent(score -> scores.put(step(one.getKey()).getAsLong(), score));
            }
        } else {
            long step = root.path("step").isIntegralNumber()
                    ? root.path("step").longValue()
                    : step(file.getFileName().toString()).orElse(0);
            score(results, metric).ifPresent(score -> scores.put(step, score));
        }
    }

    /**
     * {@code 1000}, {@code step1000}, {@code global_step_1000}: the last number of a name without letters behind it.
     */
    private static OptionalLong step(String name) {
        String stem = name.replaceFirst("\\.json$", "");
        Matcher found = STEP.matcher(stem);
        boolean whole = stem.matches("(?i)\\d+|.*(step|iter|checkpoint|results)[_-]?\\d+");
        return whole && found.find() && found.group(1).length() < 19
                ? OptionalLong.of(Long.parseLong(found.group(1)))
                : OptionalLong.empty();
    }

    private static Optional<Score> score(JsonNode tasks, String metric) {
        double sum = 0;
        double variance = 0;
        int count = 0;
        for (JsonNode task : tasks) {
            OptionalDouble value = number(task, metric);
            if (value.isPresent()) {
                double error = number(task, metric + "_stderr").orElse(0);
                sum += value.getAsDouble();
                variance += error * error;
                count++;
            }
        }
        return count == 0
                ? Optional.empty()
                : Optional.of(new Score(100 * sum / count, 100 * Math.sqrt(variance) / count));
    }

    private static OptionalDouble number(JsonNode task, String metric) {
        JsonNode value = task.has(metric) ? task.path(metric) : task.path(metric + ",none");
        return value.isNumber() ? OptionalDouble.of(value.doubleValue()) : OptionalDouble.empty();
    }
}
