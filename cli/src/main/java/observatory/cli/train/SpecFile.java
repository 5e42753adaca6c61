package observatory.cli.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Readable;

/**
 * Options from a YAML or JSON file, as if they had been typed: {@code layers: 6} is {@code --layers=6}. Sections may
 * group them, and a map or a list under an option's name, such as {@code mixture}, gives the option once for each entry.
 */
final class SpecFile {
    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());
    private static final List<String> SECTIONS = List.of("model", "training", "data", "run");

    private SpecFile() {}

    static List<String> arguments(Path file) {
        Readable.SETTINGS.checkFile("spec", file);
        try {
            JsonNode root = YAML.readTree(file.toFile());
            if (!root.isObject()) {
                throw new Failure(ExitCode.CONFIGURATION, "a spec is a map of options: " + file + "; try `layers: 6`");
            }
            List<String> arguments = new ArrayList<>();
            root.properties().forEach(entry -> add(arguments, entry));
            if (arguments.stream().anyMatch(argument -> argument.startsWith("--spec="))) {
                throw Failure.usage("a spec names no other spec: " + file + "; put the options of both into one");
            }
            return arguments;
        } catch (JsonProcessingException e) {
            // What is indented tells places, of which one is enough.
            String why = e.getMessage()
                    .lines()
                    .filter(line -> !line.startsWith(" "))
                    .limit(2)
                    .collect(Collectors.joining(", "));
            String line =
                    e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
            throw new Failure(
                    ExitCode.CONFIGURATION, "the spec " + file + " is neither YAML nor JSON: " + line + why, e);
        } catch (IOException e) {
            throw Readable.SETTINGS.failed("spec", file, e);
        }
    }

    private static void add(List<String> arguments, Map.Entry<String, JsonNode> entry) {
        JsonNode value = entry.getValue();
        if (value.isObject() && SECTIONS.contains(entry.getKey())) {
            value.properties().forEach(inner -> add(arguments, inner));
        } else if (value.isObject()) {
            value.properties()
                    .forEach(inner -> arguments.add("--" + entry.getKey() + "=" + inner.getKey() + "="
                            + inner.getValue().asText()));
        } else if (value.isArray()) {
            value.forEach(one -> arguments.add("--" + entry.getKey() + "=" + one.asText()));
        } else {
            arguments.add("--" + entry.getKey() + "=" + value.asText());
        }
    }
}
