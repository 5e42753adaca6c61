package observatory.analysis.log;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import observatory.probe.Telemetry;

/**
 * {@code trainer_state.json} of Hugging Face's Trainer and all that build on it (transformers/trainer_callback.py): one
 * document with a {@code log_history}. The loss is a mean over the interval. The summary at the end of the training,
 * told by its {@code train_runtime}, is no step.
 */
public final class TrainerState implements LogFormat {
    private static final String HISTORY = "log_history";

    @Override
    public String name() {
        return "hf-trainer-state";
    }

    @Override
    public boolean recognises(Head head) {
        return head.firstLine().startsWith("{")
                && new String(head.bytes(), StandardCharsets.UTF_8).contains("\"" + HISTORY + "\"");
    }

    @Override
    public boolean rewritten() {
        return true;
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        Path file = source.files().getFirst();
        Set<String> tags = new LinkedHashSet<>();
        history(file, Progress.NONE, row -> {
            if (!isSummary(row)) {
                tags.addAll(row.numbers().keySet());
            }
        });
        SeriesNames names = source.names();
        names.learn(tags);
        Recording recording = new Recording(source, names, sink);
        Rows rows = new Rows(recording, source, tags);
        history(file, source.progress(), row -> rows.row(isSummary(row) ? summary(row) : row))
                .ifPresent(end -> end.tell(recording));
        return recording.finish();
    }

    private static boolean isSummary(Row row) {
        return row.numbers().containsKey("train_runtime");
    }

    /** The mean over the whole training must not pass for the loss of a step. */
    private static Row summary(Row row) {
        Row summary = new Row();
        row.numbers().forEach((tag, value) -> summary.put(tag.equals("step") ? tag : "summary/" + tag, value));
        return summary;
    }

    /** Hands over the entries of the history; why it ended early, where it did. */
    private static Optional<JsonDocument> history(Path file, Progress progress, Consumer<Row> each) {
        Meter meter = new Meter(List.of(file), progress);
        try (InputStream in = LogSource.open(file);
                JsonParser json = JsonRow.JSON.createParser(in)) {
            while (json.nextToken() != null) {
                boolean here = json.currentToken() == JsonToken.FIELD_NAME
                        && json.currentName().equals(HISTORY)
                        && json.nextToken() == JsonToken.START_ARRAY;
                while (here && json.nextToken() == JsonToken.START_OBJECT) {
                    Row row = new Row();
                    JsonRow.read(json, "", row);
                    each.accept(row);
                    meter.at(json.currentLocation().getByteOffset());
                }
            }
            meter.endOf(file);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(JsonDocument.torn(file, e));
        }
    }
}
