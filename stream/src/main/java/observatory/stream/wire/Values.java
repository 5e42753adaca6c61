package observatory.stream.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;

/** Reads the values a record is made of; what is none of its kind is an IllegalArgumentException that says so. */
final class Values {
    private final JsonParser in;

    Values(JsonParser in) {
        this.in = in;
    }

    int[] indices() throws IOException {
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

    double[] numbers() throws IOException {
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

    double number() throws IOException {
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

    long integer() throws IOException {
        return in.currentToken() == JsonToken.VALUE_STRING ? Long.parseLong(in.getText()) : in.getLongValue();
    }

    String text() throws IOException {
        expect(in.currentToken(), JsonToken.VALUE_STRING, "text was expected");
        return in.getText();
    }

    static String name(String name) {
        if (name.length() > Wire.NAME) {
            throw new IllegalArgumentException(
                    "a name has at most " + Wire.NAME + " characters: " + name.substring(0, 40) + "…");
        }
        return name;
    }

    void object() {
        expect(in.currentToken(), JsonToken.START_OBJECT, "an object was expected");
    }

    void array() {
        expect(in.currentToken(), JsonToken.START_ARRAY, "an array was expected");
    }

    static void expect(JsonToken found, JsonToken expected, String rule) {
        if (found != expected) {
            throw new IllegalArgumentException(rule + ", not " + found);
        }
    }

    static <V> V required(String name, V value) {
        if (value == null) {
            throw new IllegalArgumentException("a record has a field " + name);
        }
        return value;
    }
}
