package observatory.stream.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
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
    private final Values values;

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
    private final KnownSites sites = new KnownSites();
    private Map<String, Numbers> metrics = Map.of();
    private List<Batch.Sequence> batch;
    private Map<String, Numbers> batchMetrics = Map.of();
    private String kind;
    private Map<String, String> details = Map.of();

    /** A metric as it stands in the document: its values, and where, or null for every site. */
    private record Numbers(int[] at, double[] values) {}

    TelemetryParser(JsonParser in) {
        this.in = in;
        this.values = new Values(in);
    }

    Part read() throws IOException, CodecException {
        Values.expect(in.nextToken(), JsonToken.START_OBJECT, "a record is one object");
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            field(name);
        }
        Values.expect(in.currentToken(), JsonToken.END_OBJECT, "a record ends with its object");
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
            case "type" -> type = values.text();
            case "run" -> run = values.text();
            case "incarnation" -> incarnation = in.getIntValue();
            case "writer" -> writer = values.text();
            case "rank" -> rank = in.getIntValue();
            case "seq" -> seq = values.integer();
            case "part" -> part = in.getIntValue();
            case "parts" -> parts = in.getIntValue();
            case "step" -> step = values.integer();
            case "time" -> time = values.text();
            case "scalars" -> scalars = scalars();
            case "sites" -> sites();
            case "metrics" -> metrics = metrics();
            case "batch" -> batch = batch();
            case "batch_metrics" -> batchMetrics = metrics();
            case "kind" -> kind = values.text();
            case "details" -> details = details();
            default -> in.skipChildren();
        }
    }

    private Telemetry build() {
        Origin origin = new Origin(
                new RunId(Values.required("run", run)),
                incarnation,
                UUID.fromString(Values.required("writer", writer)),
                rank);
        Instant at = Instant.parse(Values.required("time", time));
        long number = Values.required("seq", seq);
        long ofStep = Values.required("step", step);
        return switch (Values.required("type", type)) {
            case "frame" -> {
                Sites measured = measured();
                yield new Frame(origin, number, ofStep, at, counted(scalars), measured, trainedOn());
            }
            case "event" -> {
                String name = Values.required("kind", kind);
                yield RunEvent.of(origin, number, ofStep, at, EventKind.read(name), EventKind.details(name, details));
            }
            default -> throw new IllegalArgumentException("type is frame or event: type=" + type);
        };
    }

    private Sites measured() {
        List<Column> columns = columns(metrics).stream()
                .map(sites::column)
                .flatMap(Optional::stream)
                .toList();
        return sites.sites().isEmpty() && columns.isEmpty() ? Sites.none() : new Sites(sites.sites(), columns);
    }

    private Scalars counted(Scalars read) {
        return sites.ignored() == 0
                ? read
                : new Scalars.Builder()
                        .putAll(read)
                        .put(KnownSites.IGNORED, sites.ignored())
                        .build();
    }

    private Optional<Batch> trainedOn() {
        return Optional.ofNullable(batch).map(sequences -> new Batch(sequences, columns(batchMetrics)));
    }

    private static List<Column> columns(Map<String, Numbers> metrics) {
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
        values.object();
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            builder.put(Values.name(name), values.number());
        }
        return builder.build();
    }

    private void sites() throws IOException {
        values.array();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (sites.count() == Wire.SITES) {
                throw new IllegalArgumentException(
                        "a record has at most " + Wire.SITES + " sites; send the frame in parts (docs/wire.md)");
            }
            site();
        }
    }

    private void site() throws IOException {
        String hook = null;
        int layer = Site.NO_LAYER;
        String parameter = "";
        values.object();
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            switch (name) {
                case "hook" -> hook = values.text();
                case "layer" -> layer = in.getIntValue();
                case "parameter" -> parameter = Values.name(values.text());
                default -> in.skipChildren();
            }
        }
        sites.add(Values.required("hook", hook), layer, parameter);
    }

    private Map<String, Numbers> metrics() throws IOException {
        Map<String, Numbers> read = new LinkedHashMap<>();
        values.object();
        for (String metric = in.nextFieldName(); metric != null; metric = in.nextFieldName()) {
            in.nextToken();
            values.object();
            int[] at = null;
            double[] measured = new double[0];
            for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                in.nextToken();
                switch (name) {
                    case "at" -> at = values.indices();
                    case "values" -> measured = values.numbers();
                    default -> in.skipChildren();
                }
            }
            read.put(Values.name(metric), new Numbers(at, measured));
        }
        return read;
    }

    private List<Batch.Sequence> batch() throws IOException {
        List<Batch.Sequence> sequences = new ArrayList<>();
        values.array();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            values.object();
            String source = null;
            long offset = 0;
            double loss = Double.NaN;
            for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                in.nextToken();
                switch (name) {
                    case "source" -> source = Values.name(values.text());
                    case "offset" -> offset = values.integer();
                    case "loss" -> loss = values.number();
                    default -> in.skipChildren();
                }
            }
            sequences.add(new Batch.Sequence(Values.required("source", source), offset, loss));
        }
        return sequences;
    }

    private Map<String, String> details() throws IOException {
        Map<String, String> read = new LinkedHashMap<>();
        values.object();
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            read.put(Values.name(name), values.text());
        }
        return read;
    }
}
