package observatory.analysis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import observatory.analysis.detector.Detectors;
import observatory.analysis.detector.Settings;

/**
 * A rules file: YAML with one section, {@code settings:}, of the thresholds that differ from their defaults.
 *
 * <pre>{@code
 * settings:
 *   loss_spike.alone: 9
 *   stalled.seconds: 300
 * }</pre>
 */
public final class Rules {
    private static final String SECTION = "settings";
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Rules() {}

    /** YAML takes {@code 1.3e9} for a text, because there is no sign in its exponent. */
    private static OptionalDouble number(JsonNode value) {
        if (value.isNumber()) {
            return OptionalDouble.of(value.doubleValue());
        }
        boolean numeric =
                value.isTextual() && value.textValue().matches("[+-]?\\d{1,17}(\\.\\d{0,17})?[eE][+-]?\\d{1,3}");
        return numeric ? OptionalDouble.of(Double.parseDouble(value.textValue())) : OptionalDouble.empty();
    }

    /**
     * @throws IOException where the file cannot be read
     * @throws IllegalArgumentException where it is no rules file, in one line that names the place, the
     * rule and the value
     */
    public static Settings read(Path file) throws IOException {
        JsonNode root;
        try {
            root = YAML.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s is no YAML: line %d: %s"
                            .formatted(
                                    file,
                                    e.getLocation().getLineNr(),
                                    e.getOriginalMessage().lines().findFirst().orElse("")),
                    e);
        }
        if (root == null || root.isMissingNode() || root.isNull()) {
            return Settings.DEFAULTS; // an empty file changes nothing
        }
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (!field.getKey().equals(SECTION)) {
                throw new IllegalArgumentException(
                        "%s has a section %s; a rules file has only %s:".formatted(file, field.getKey(), SECTION));
            }
        }
        if (!root.isObject() || !root.path(SECTION).isObject()) {
            throw new IllegalArgumentException(
                    "%s has no section %s: with names and numbers; try `%s: {loss_spike.alone: 9}`"
                            .formatted(file, SECTION, SECTION));
        }
        Map<String, Double> changed = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : root.path(SECTION).properties()) {
            changed.put(
                    field.getKey(),
                    number(field.getValue())
                            .orElseThrow(() -> new IllegalArgumentException("%s: setting %s is a number, not %s"
                                    .formatted(file, field.getKey(), field.getValue()))));
        }
        try {
            return Settings.of(changed, Detectors.settings());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }
}
