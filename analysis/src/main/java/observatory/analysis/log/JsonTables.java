package observatory.analysis.log;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import observatory.probe.Telemetry;

/**
 * Any other JSON document with numbers in it: lists of objects, one a step; lists of numbers under a name, one a
 * series; objects under the number of their step; and TensorBoard's own export, a list of
 * {@code [wall time, step, value]}.
 */
public final class JsonTables implements LogFormat {
    private static final Set<String> PLAIN =
            Set.of("", "history", "logs", "log", "data", "metrics", "records", "steps", "entries", "rows", "results");
    private static final Pattern STEP = Pattern.compile("\\d{1,15}");
    private static final double MOSTLY = 0.9; // of its bytes
    private static final int DEEPEST = 6; // lists of lists further down are no log of a run

    @Override
    public String name() {
        return "json";
    }

    @Override
    public boolean recognises(Head head) {
        String first = head.firstLine().strip();
        boolean document = first.startsWith("{") || first.startsWith("[") && first.matches("\\[\\s*([{\\[\\d].*)?");
        return document && head.lines().stream().anyMatch(line -> line.matches(".*\\d.*")) && begins(head);
    }

    /**
     * Whether it is JSON and not a text whose first lines are, such as a configuration; damage near
     * the end is forgiven.
     */
    private static boolean begins(Head head) {
        try (JsonParser json = JsonRow.JSON.createParser(head.bytes())) {
            try {
                while (json.nextToken() != null) {
                    json.currentToken();
                }
                return true;
            } catch (IOException noJson) {
                long offset = json.currentLocation().getByteOffset();
                return noJson instanceof JsonEOFException || offset > MOSTLY * head.length();
            }
        } catch (IOException noJson) {
            return false;
        }
    }

    @Override
    public boolean rewritten() {
        return true;
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        Path file = source.files().getFirst();
        Document document = new Document(file);
        Optional<JsonDocument> torn = Optional.empty();
        Meter meter = new Meter(List.of(file), source.progress());
        try (InputStream in = LogSource.open(file);
                JsonParser json = JsonRow.JSON.createParser(in)) {
            while (json.nextToken() != null) {
                document.value(json, "", 0);
                meter.at(json.currentLocation().getByteOffset());
            }
        } catch (IOException e) {
            torn = Optional.of(JsonDocument.torn(file, e));
        }
        meter.endOf(file);
        SeriesNames names = source.names();
        names.learn(document.table.tags());
        Recording recording = new Recording(source, names, sink);
        torn.ifPresent(end -> end.tell(recording));
        document.finish(recording);
        return recording.finish();
    }

    /** One walk over the document. */
    private static final class Document {
        private final StepTable table;
        private final Map<String, Map<Integer, Double>> columns = new TreeMap<>();
        private final Map<String, Long> counted = new TreeMap<>();

        Document(Path file) {
            this.table = new StepTable(file);
        }

        void value(JsonParser json, String tag, int depth) throws IOException {
            if (depth > DEEPEST) {
                json.skipChildren();
            } else if (json.currentToken() == JsonToken.START_OBJECT) {
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String name = json.currentName();
                    json.nextToken();
                    if (STEP.matcher(name).matches()) {
                        ofStep(json, Long.parseLong(name), tag);
                    } else {
                        value(json, tag.isEmpty() ? name : tag + "/" + name, depth + 1);
                    }
                }
            } else if (json.currentToken() == JsonToken.START_ARRAY) {
                list(json, tag, depth);
            }
        }

        /** What stands under the number of a step: an object with its values, or the value of the series around it. */
        private void ofStep(JsonParser json, long step, String tag) throws IOException {
            Row row = new Row();
            if (json.currentToken() == JsonToken.START_OBJECT) {
                JsonRow.read(json, "", row);
            } else if (json.currentToken().isScalarValue()) {
                row.put(tag.isEmpty() ? "loss" : tag, json.getText());
            } else {
                json.skipChildren();
            }
            long offset = json.currentLocation().getByteOffset();
            row.numbers().forEach((name, value) -> {
                if (!StepNames.isStep(name) && !Clock.isName(name)) {
                    table.put(step, name, value, offset);
                }
            });
        }

        private void list(JsonParser json, String tag, int depth) throws IOException {
            int at = 0;
            for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
                switch (token) {
                    case START_OBJECT -> {
                        Row row = new Row();
                        JsonRow.read(json, "", row);
                        row(row, tag, json.currentLocation().getByteOffset());
                    }
                    case START_ARRAY -> triple(json, tag, depth);
                    case null -> {
                        return; // torn, which the parser tells at its next token
                    }
                    default -> {
                        OptionalDouble number = LogNumber.parse(json.getText());
                        if (number.isPresent() && at < 10_000_000) {
                            columns.computeIfAbsent(tag, t -> new TreeMap<>()).put(at, number.getAsDouble());
                        }
                    }
                }
                at++;
            }
        }

        /** {@code [wall time, step, value]}, as TensorBoard exports a series. */
        private void triple(JsonParser json, String tag, int depth) throws IOException {
            double[] cells = new double[3];
            int count = 0;
            for (JsonToken token = json.nextToken();
                    token != null && token != JsonToken.END_ARRAY;
                    token = json.nextToken()) {
                if (token.isStructStart()) {
                    json.skipChildren();
                }
                OptionalDouble number =
                        token.isScalarValue() ? LogNumber.parse(json.getText()) : OptionalDouble.empty();
                if (count < 3 && number.isPresent()) {
                    cells[count] = number.getAsDouble();
                }
                count++;
            }
            if (count == 3 && cells[0] > 1e9 && cells[1] >= 0) {
                table.put(
                        (long) cells[1],
                        tag.isEmpty() ? "loss" : tag,
                        cells[2],
                        json.currentLocation().getByteOffset());
            }
        }

        private void row(Row row, String list, long offset) {
            Optional<String> stepTag = StepNames.best(row.numbers().keySet());
            Double step = stepTag.map(row.numbers()::get).orElse(null);
            long at = step != null && step >= 0 ? step.longValue() : counted.merge(list, 1L, Long::sum);
            row.numbers().forEach((tag, value) -> {
                if (!Optional.of(tag).equals(stepTag) && !Clock.isName(tag)) {
                    table.put(at, PLAIN.contains(list) ? tag : list + "/" + tag, value, offset);
                }
            });
        }

        /** Lists of numbers count their own steps, or have a list of steps beside them. */
        void finish(Recording out) {
            Optional<String> steps = StepNames.best(columns.keySet());
            Map<Integer, Double> stepOf = steps.map(columns::get).orElse(Map.of());
            columns.forEach((tag, values) -> {
                if (!Optional.of(tag).equals(steps)) {
                    values.forEach((at, value) ->
                            table.put(stepOf.getOrDefault(at, at + 1.0).longValue(), tag, value, 0));
                }
            });
            table.writeTo(out);
        }
    }
}
