package observatory.trainer.cuda;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line of a benchmark: what was measured, the numbers by name, and whether they are what was promised.
 *
 * @param verdict pass, fail, measured where nothing was promised, or skipped where something is missing to measure with
 */
public record Measured(String name, Map<String, Object> numbers, String verdict) {
    public Measured {
        numbers = new LinkedHashMap<>(numbers);
    }

    static Measured of(String name, boolean kept, Object... namesAndNumbers) {
        return new Measured(name, numbers(namesAndNumbers), kept ? "pass" : "fail");
    }

    static Measured only(String name, Object... namesAndNumbers) {
        return new Measured(name, numbers(namesAndNumbers), "measured");
    }

    private static Map<String, Object> numbers(Object... namesAndNumbers) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        for (int i = 0; i < namesAndNumbers.length; i += 2) {
            numbers.put((String) namesAndNumbers[i], namesAndNumbers[i + 1]);
        }
        return numbers;
    }

    /** For people: the name, then its numbers. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder("%-8s %-34s".formatted(verdict, name));
        numbers.forEach((key, value) -> line.append(' ')
                .append(key)
                .append('=')
                .append(value instanceof Double d ? "%.6g".formatted(d) : value));
        return line.toString();
    }
}
