package observatory.analysis.log;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** One row, line or object of a log: what in it are numbers and what is text, under its own tags, in its own order. */
record Row(Map<String, Double> numbers, Map<String, String> texts) {
    private static final int MOST = 20_000; // of one row; a hostile one must not fill the memory

    Row() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** Takes a cell for what it looks like. */
    void put(String tag, String cell) {
        OptionalDouble number = LogNumber.parse(cell);
        if (number.isPresent()) {
            put(tag, number.getAsDouble());
        } else if (!cell.isBlank() && texts.size() < MOST) {
            texts.put(tag, cell);
        }
    }

    void put(String tag, double value) {
        if (numbers.size() < MOST) {
            numbers.put(tag, value);
        }
    }
}
