package observatory.stream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;

/** Reads one document; fields may come in any order, and those it does not know are passed over. */
final class TelemetryParser {
    private final JsonParser in;

    private int version;
    private String type;
    private String run;
    private int incarnation;
    private String writer;
    private int rank;
    private Long seq;
    private int part;
    private int parts = 1;
    private Long step;
    private String time;
    private Scalars scalars = Scalars.none();
    private List<Site> sites = List.of();
    private Map<String, Values> metrics = Map.of();
    private List<Batch.Sequence> batch;
    private Map<String, Values> batchMetrics = Map.of();
    private String kind;
    private Map<String, String> details = Map.of();

    /** A metric as it stands in the document: its values, and where, or null for every site. */
    private record Values(int[] at, double[] values) {}

    TelemetryParser(JsonParser in) {
        this.in = in;
    }

    Part read() throws IOException, CodecException {
        expect(in.nextToken(), JsonToken.START_OBJECT, "a record is one object");
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            field(name);
        }
        expect(in.currentToken(), JsonToken.END_OBJECT, "a record ends with its object");
        if (in.nextToken() != null) {
            throw new CodecException(CodecException.Reason.MALFORMED, "something follows the record");
        }
        if (version != Wire.VERSION) {
            throw new CodecException(
                    version > Wire.VERSION ? CodecException.Reason.SCHEMA_TOO_NEW : CodecException.Reason.INVALID,
                    "this program reads version " + Wire.VERSION + ": v=" + version);
        }
        return new Part(build(), part, parts);
    }

    private void field(String name) throws IOException {
        switch (name) {
            case "v" -> version = in.getIntValue();
            case "type" -> type = text();
            case "run" -> run = text();
            case "incarnation" -> incarnation = in.getIntValue();
            case "writer" -> writer = text();
            case "rank" -> rank = in.getIntValue();
            case "seq" -> seq = integer();
            case "part" -> part = in.getIntValue();
            case "parts" -> parts = in.getIntValue();
            case "step" -> step = integer();
            case "time" -> time = text();
            case "scalars" -> scalars = scalars();
            case "sites" -> sites = sites();
            case "metrics" -> metrics = metrics();
            case "batch" -> batch = batch();
            case "batch_metrics" -> batchMetrics = metrics();
            case "kind" -> kind = text();
            case "details" -> details = details();
            default -> in.skipChildren();
        }
    }

    private Telemetry build() {
        Origin origin = new Origin(
                new RunId(required("run", run)), incarnation, UUID.fromString(required("writer", writer)), rank);
        Instant at = Instant.parse(required("time", time));
        long number = required("seq", seq);
        long ofStep = required("step", step);
        return switch (required("type", type)) {
            case "frame" -> new Frame(origin, number, ofStep, at, scalars, measured(), trainedOn());
            case "event" ->
                RunEvent.of(
                        origin,
                        number,
                        ofStep,
                        at,
                        RunEvent.Kind.valueOf(required("kind", kind).toUpperCase(Locale.ROOT)),
                        details);
            default -> throw new IllegalArgumentException("type is frame or event: type=" + type);
        };
    }

    private Sites measured() {
        return sites.isEmpty() && metrics.isEmpty() ? Sites.none() : new Sites(sites, columns(metrics));
    }

    private Optional<Batch> trainedOn() {
        return Optional.ofNullable(batch).map(sequences -> new Batch(sequences, columns(batchMetrics)));
    }

    private static List<Column> columns(Map<String, Values> metrics) {
        List<Column> columns = new ArrayList<>(metrics.size());
        metrics.forEach((metric, values) -> columns.add(
                new Column(metric, values.at == null ? firstNumbers(values.values.length) : values.at, values.values)));
        return columns;
    }

    private static int[] firstNumbers(int count) {
        int[] numbers = new int[count];
        Arrays.setAll(numbers, i -> i);
        return numbers;
    }

    private Scalars scalars() throws IOException {
        Scalars.Builder builder = new Scalars.Builder();
        object();
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            builder.put(name(name), number());
        }
        return builder.build();
    }

    private List<Site> sites() throws IOException {
        List<Site> read = new ArrayList<>();
        array();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (read.size() == Wire.SITES) {
                throw new IllegalArgumentException(
                        "a record has at most " + Wire.SITES + " sites; send the frame in parts (docs/wire.md)");
            }
            read.add(site());
        }
        return read;
    }

    private Site site() throws IOException {
        String hook = null;
        int layer = Site.NO_LAYER;
        String parameter = "";
        object();
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            switch (name) {
                case "hook" -> hook = text();
                case "layer" -> layer = in.getIntValue();
                case "parameter" -> parameter = name(text());
                default -> in.skipChildren();
            }
        }
        return new Site(Hook.valueOf(required("hook", hook).toUpperCase(Locale.ROOT)), layer, parameter);
    }

    private Map<String, Values> metrics() throws IOException {
        Map<String, Values> read = new LinkedHashMap<>();
        object();
        for (String metric = in.nextFieldName(); metric != null; metric = in.nextFieldName()) {
            in.nextToken();
            object();
            int[] at = null;
            double[] values = new double[0];
            for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                in.nextToken();
                switch (name) {
                    case "at" -> at = indices();
                    case "values" -> values = numbers();
                    default -> in.skipChildren();
                }
            }
            read.put(name(metric), new Values(at, values));
        }
        return read;
    }

    private int[] indices() throws IOException {
        int[] indices = new int[16];
        int count = 0;
        array();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (count == indices.length) {
                indices = Arrays.copyOf(indices, 2 * count);
            }
            indices[count++] = in.getIntValue();
        }
        return Arrays.copyOf(indices, count);
    }

    private double[] numbers() throws IOException {
        double[] numbers = new double[16];
        int count = 0;
        array();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
            }
            numbers[count++] = number();
        }
        return Arrays.copyOf(numbers, count);
    }

    private List<Batch.Sequence> batch() throws IOException {
        List<Batch.Sequence> sequences = new ArrayList<>();
        array();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            object();
            String source = null;
            long offset = 0;
            double loss = Double.NaN;
            for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                in.nextToken();
                switch (name) {
                    case "source" -> source = name(text());
                    case "offset" -> offset = integer();
                    case "loss" -> loss = number();
                    default -> in.skipChildren();
                }
            }
            sequences.add(new Batch.Sequence(required("source", source), offset, loss));
        }
        return sequences;
    }

    private Map<String, String> details() throws IOException {
        Map<String, String> read = new LinkedHashMap<>();
        object();
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            read.put(name(name), text());
        }
        return read;
    }

    private double number() throws IOException {
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            return switch (in.getText()) {
                case "NaN" -> Double.NaN;
                case "Infinity" -> Double.POSITIVE_INFINITY;
                case "-Infinity" -> Double.NEGATIVE_INFINITY;
                default -> throw new IllegalArgumentException("a number or NaN, Infinity, -Infinity: " + in.getText());
            };
        }
        if (!in.currentToken().isNumeric()) {
            throw new IllegalArgumentException("a number was expected, not " + in.currentToken());
        }
        return in.getDoubleValue();
    }

    private long integer() throws IOException {
        return in.currentToken() == JsonToken.VALUE_STRING ? Long.parseLong(in.getText()) : in.getLongValue();
    }

    private String text() throws IOException {
        expect(in.currentToken(), JsonToken.VALUE_STRING, "text was expected");
        return in.getText();
    }

    private static String name(String name) {
        if (name.length() > Wire.NAME) {
            throw new IllegalArgumentException(
                    "a name has at most " + Wire.NAME + " characters: " + name.substring(0, 40) + "…");
        }
        return name;
    }

    private void object() {
        expect(in.currentToken(), JsonToken.START_OBJECT, "an object was expected");
    }

    private void array() {
        expect(in.currentToken(), JsonToken.START_ARRAY, "an array was expected");
    }

    private static void expect(JsonToken found, JsonToken expected, String rule) {
        if (found != expected) {
            throw new IllegalArgumentException(rule + ", not " + found);
        }
    }

    private static <V> V required(String name, V value) {
        if (value == null) {
            throw new IllegalArgumentException("a record has a field " + name);
        }
        return value;
    }
}
