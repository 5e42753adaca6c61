package observatory.analysis;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The numbers and names a finding rests on, in the order in which they are shown. Each value is a {@code Double}, a
 * {@code Long} or a {@code String}; sentences about a finding are made from these, so words and numbers agree.
 */
public record Evidence(Map<String, Object> facts) {
    private static final Evidence NONE = new Evidence(Map.of());

    public Evidence {
        facts = new LinkedHashMap<>(facts);
        facts.replaceAll(
                (name, value) -> value instanceof Integer small ? Long.valueOf(small) : value); // as serdes give it
        facts.forEach((name, value) -> {
            if (!(value instanceof Double || value instanceof Long || value instanceof String)) {
                throw new IllegalArgumentException("evidence is a Double, a Long or a String: " + name + "=" + value);
            }
        });
        facts = Collections.unmodifiableMap(facts);
    }

    public static Evidence none() {
        return NONE;
    }

    /** A value that is not finite is kept as the word for it. */
    public Evidence with(String name, double value) {
        return Double.isFinite(value) ? and(name, value) : and(name, Double.toString(value));
    }

    public Evidence with(String name, long value) {
        return and(name, value);
    }

    public Evidence with(String name, String value) {
        return and(name, value);
    }

    private Evidence and(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(facts);
        more.put(name, value);
        return new Evidence(more);
    }
}
