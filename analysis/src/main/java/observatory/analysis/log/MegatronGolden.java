package observatory.analysis.log;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Consumer;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * The golden values of Megatron-LM's functional tests: one JSON document, per metric the value of each step, either by
 * step or as a list with a {@code step_interval}. Steps at the end at which every metric is {@code "nan"} were never run.
 */
public final class MegatronGolden implements LogFormat {
    private static final int MOST_VALUES = 8_000_000; // about 600 MB of memory; real files have a hundredth

    @Override
    public String name() {
        return "megatron-golden-json";
    }

    @Override
    public boolean recognises(Head head) {
        String text = new String(head.bytes(), 0, Math.min(4096, head.length()), StandardCharsets.UTF_8);
        return text.stripLeading().startsWith("{")
                && text.contains("\"start_step\"")
                && text.contains("\"step_interval\"")
                && text.contains("\"values\"");
    }

    @Override
    public boolean rewritten() {
        return true;
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        Path file = source.files().getFirst();
        Table table = new Table(file);
        Optional<String> torn = fill(table, file, source.progress());
        SeriesNames names = source.names();
        names.learn(table.tags);
        Recording recording = new Recording(source, names, sink);
        torn.ifPresent(recording::remark);
        long padding = table.dropPadding();
        if (padding > 0) {
            recording.remark("the last " + padding + " steps were never run: every metric of theirs is \"nan\"");
        }
        table.steps.forEach((step, values) -> values.forEach((tag, value) -> {
            recording.put(step, Instant.EPOCH, tag, value);
            if (tag.equals("iteration-time") && Double.isFinite(value)) {
                recording.put(step, Instant.EPOCH, Scalars.STEP_SECONDS, value);
            }
        }));
        return recording.finish();
    }

    private static Optional<String> fill(Table table, Path file, Progress progress) {
        Meter meter = new Meter(List.of(file), progress);
        try (InputStream in = LogSource.open(file);
                JsonParser json = JsonRow.JSON.createParser(in)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String tag = json.currentName();
                    if (json.nextToken() == JsonToken.START_OBJECT) {
                        metric(json, tag, table);
                    } else {
                        json.skipChildren();
                    }
                    meter.at(json.currentLocation().getByteOffset());
                }
            }
            meter.endOf(file);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(JsonDocument.torn(file, e));
        }
    }

    private static void metric(JsonParser json, String tag, Table table) throws IOException {
        long start = 0;
        long interval = 1;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            if (field.equals("start_step") && value.isNumeric()) {
                start = json.getLongValue();
            } else if (field.equals("step_interval") && value.isNumeric()) {
                interval = json.getLongValue();
            } else if (field.equals("values") && value == JsonToken.START_OBJECT) {
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    OptionalDouble step = LogNumber.parse(json.currentName());
                    json.nextToken();
                    if (step.isPresent()) {
                        table.put((long) step.getAsDouble(), tag, json);
                    }
                }
            } else if (field.equals("values") && value == JsonToken.START_ARRAY) {
                for (long at = start; json.nextToken() != JsonToken.END_ARRAY; at += interval) {
                    table.put(at, tag, json);
                }
            } else {
                json.skipChildren();
            }
        }
    }

    /** The document turned round: per step its values. */
    private static final class Table {
        private final Path file;
        private final TreeMap<Long, Map<String, Double>> steps = new TreeMap<>();
        private final java.util.Set<String> tags = new java.util.LinkedHashSet<>();
        private long size;

        Table(Path file) {
            this.file = file;
        }

        void put(long step, String tag, JsonParser json) throws IOException {
            OptionalDouble value = json.currentToken().isNumeric()
                    ? OptionalDouble.of(json.getDoubleValue())
                    : LogNumber.parse(json.getValueAsString(""));
            json.skipChildren();
            if (value.isEmpty()) {
                return;
            }
            if (++size > MOST_VALUES) {
                throw new LogException(
                        file,
                        json.currentLocation().getByteOffset(),
                        "golden values may have at most " + MOST_VALUES + " values",
                        "this is no result of a functional test");
            }
            tags.add(tag);
            steps.computeIfAbsent(step, s -> new java.util.LinkedHashMap<>(8)).put(tag, value.getAsDouble());
        }

        long dropPadding() {
            long dropped = 0;
            while (steps.size() > 1 && isPadding(steps.lastEntry().getValue())) {
                steps.pollLastEntry();
                dropped++;
            }
            return dropped;
        }

        /** With a single metric nothing tells a step that was not run from a loss that became NaN. */
        private boolean isPadding(Map<String, Double> values) {
            return tags.size() > 1 && values.values().stream().allMatch(value -> value.isNaN());
        }
    }
}
