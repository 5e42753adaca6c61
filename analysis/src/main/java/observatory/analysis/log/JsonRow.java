package observatory.analysis.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.Optional;

/**
 * The numbers and texts of a JSON object, those of objects inside it under {@code outer/inner}. Bare {@code NaN} and
 * {@code Infinity}, which Python writes, are read; null is a missing value, kept as a text; lists are passed over.
 */
final class JsonRow {
    private static final int DEEPEST = 32;
    private static final int LONGEST_TAG = 1024;

    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(16 << 20)
                    .maxNameLength(LONGEST_TAG)
                    .maxNumberLength(256)
                    .build())
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /** What a value that is null is as a text. */
    static final String NULL = "null";

    private JsonRow() {}

    /** The object this text is, and nothing else; empty where it is none. */
    static Optional<Row> parse(String text) {
        if (text.isEmpty() || text.indexOf('{') < 0) {
            return Optional.empty();
        }
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            Row row = new Row();
            read(json, "", row);
            return json.nextToken() == null ? Optional.of(row) : Optional.empty();
        } catch (IOException noJson) {
            return Optional.empty(); // the caller counts what it cannot read
        }
    }

    /** {@code "global_step/max_steps": "5/1000"}, as ms-swift writes it: the step without the total. */
    private static String ofTotal(String tag, String text) {
        return tag.equals("global_step/max_steps") ? text.split("/", 2)[0] : text;
    }

    /** Reads the object at whose start the parser stands, to its end. */
    static void read(JsonParser json, String prefix, Row into) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            String tag = prefix.isEmpty() ? name : prefix + "/" + name;
            switch (json.nextToken()) {
                case START_OBJECT -> read(json, tag.length() > LONGEST_TAG ? prefix : tag, into);
                case START_ARRAY -> json.skipChildren();
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> into.put(tag, json.getDoubleValue());
                case VALUE_STRING -> into.put(tag, ofTotal(tag, json.getText()));
                case VALUE_TRUE -> into.put(tag, 1);
                case VALUE_FALSE -> into.put(tag, 0);
                case VALUE_NULL -> into.put(tag, NULL);
                case null, default -> {} // what no JSON has here
            }
        }
    }
}
