package observatory.analysis.log;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * The golden values of Megatron-LM's functional tests: one JSON document, per metric the value of each step, either by
 * step or as a list with a {@code step_interval}. Steps at the end at which every metric is
 * {@code "nan"} were never run.
 */
public final class MegatronGolden implements LogFormat {
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
        StepTable table = new StepTable(file);
        Optional<JsonDocument> torn = fill(table, file, source.progress());
        SeriesNames names = source.names();
        names.learn(table.tags());
        Recording recording = new Recording(source, names, sink);
        torn.ifPresent(end -> end.tell(recording));
        long padding = table.dropPadding();
        if (padding > 0) {
            recording.remark("the last " + padding + " steps were never run: every metric of theirs is \"nan\"");
        }
        table.writeTo(recording);
        return recording.finish();
    }

    private static Optional<JsonDocument> fill(StepTable table, Path file, Progress progress) {
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

    private static void metric(JsonParser json, String tag, StepTable table) throws IOException {
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
                        put((long) step.getAsDouble(), tag, json, table);
                    }
                }
            } else if (field.equals("values") && value == JsonToken.START_ARRAY) {
                for (long at = start; json.nextToken() != JsonToken.END_ARRAY; at += interval) {
                    put(at, tag, json, table);
                }
            } else {
                json.skipChildren();
            }
        }
    }

    private static void put(long step, String tag, JsonParser json, StepTable table) throws IOException {
        OptionalDouble value = json.currentToken().isNumeric()
                ? OptionalDouble.of(json.getDoubleValue())
                : LogNumber.parse(json.getValueAsString(""));
        json.skipChildren();
        if (value.isPresent()) {
            long offset = json.currentLocation().getByteOffset();
            table.put(step, tag, value.getAsDouble(), offset);
            if (tag.equals("iteration-time") && Double.isFinite(value.getAsDouble())) {
                table.put(step, Scalars.STEP_SECONDS, value.getAsDouble(), offset);
            }
        }
    }
}
