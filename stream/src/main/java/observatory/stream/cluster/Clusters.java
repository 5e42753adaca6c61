package observatory.stream.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Finds the settings for a cluster: environment, then a properties file of Kafka's own kind, then {@code kafka:} in the
 * YAML configuration; the earlier wins. Every key goes to Kafka's clients as it is; a key with {@code _file} appended
 * names a file whose first line is the value, so that secrets need not stand here.
 */
public final class Clusters {
    private static final String PREFIX = "OBSERVATORY_KAFKA_";
    private static final String INDIRECT = "_file";

    private Clusters() {}

    /** One setting and where it came from, for people. */
    public record Setting(String value, String origin) {}

    /**
     * @param configuration YAML, may be absent
     * @param properties of Kafka's clients, may be absent
     * @throws IOException where a named file cannot be read
     * @throws IllegalArgumentException where one is no such file, with its name and the next step
     */
    public static SortedMap<String, Setting> settings(
            Optional<Path> configuration, Optional<Path> properties, Map<String, String> environment)
            throws IOException {
        SortedMap<String, Setting> all = new TreeMap<>();
        if (configuration.isPresent()) {
            flatten(
                    "",
                    yaml(configuration.get()).path("kafka"),
                    configuration.get().toString(),
                    all);
        }
        if (properties.isPresent()) {
            Properties read = properties(properties.get());
            read.stringPropertyNames()
                    .forEach(name -> all.put(
                            name,
                            new Setting(read.getProperty(name), properties.get().toString())));
        }
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                String key =
                        name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
                boolean indirect = key.endsWith(".file");
                all.put(indirect ? key.substring(0, key.length() - 5) + INDIRECT : key, new Setting(value, name));
            }
        });
        return direct(all);
    }

    /** A connection of settings found; empty where none of them names a broker. */
    public static Optional<Connection> connection(SortedMap<String, Setting> settings) {
        if (!settings.containsKey("bootstrap.servers")) {
            return Optional.empty();
        }
        Map<String, String> values = new TreeMap<>();
        settings.forEach((name, setting) -> values.put(name, setting.value()));
        return Optional.of(Connection.of(values));
    }

    /** The configuration file there is by convention: {@code $XDG_CONFIG_HOME/observatory/config.yaml}. */
    public static Optional<Path> standardFile(Map<String, String> environment) {
        String home = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path base = home.isBlank() ? Path.of(environment.getOrDefault("HOME", "."), ".config") : Path.of(home);
        return Optional.of(base.resolve("observatory").resolve("config.yaml")).filter(Files::exists);
    }

    private static SortedMap<String, Setting> direct(SortedMap<String, Setting> settings) throws IOException {
        SortedMap<String, Setting> direct = new TreeMap<>();
        for (Map.Entry<String, Setting> entry : settings.entrySet()) {
            String name = entry.getKey();
            if (name.endsWith(INDIRECT)) {
                Path file = Path.of(entry.getValue().value());
                String value = Files.readAllLines(file).stream().findFirst().orElse("");
                direct.put(name.substring(0, name.length() - INDIRECT.length()), new Setting(value, file.toString()));
            } else {
                direct.put(name, entry.getValue());
            }
        }
        return direct;
    }

    private static Properties properties(Path file) throws IOException {
        Properties read = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            read.load(reader);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) { // a folder, bytes that are no text, a broken escape
            throw new IllegalArgumentException(
                    file + " is no file of properties (" + e.getMessage() + "); name one of Kafka's clients", e);
        }
        return read;
    }

    private static JsonNode yaml(Path file) throws IOException {
        try {
            JsonNode root = new ObjectMapper(new YAMLFactory()).readTree(Files.readString(file));
            return root == null ? new ObjectMapper().createObjectNode() : root;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    file + " is no YAML (line " + e.getLocation().getLineNr() + "); correct it there", e);
        }
    }

    private static void flatten(String name, JsonNode node, String origin, Map<String, Setting> into) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> flatten(
                            name.isEmpty() ? field.getKey() : name + "." + field.getKey(),
                            field.getValue(),
                            origin,
                            into));
        } else if (node.isArray()) {
            StringBuilder list = new StringBuilder();
            node.forEach(one -> list.append(list.isEmpty() ? "" : ",").append(one.asText()));
            into.put(name, new Setting(list.toString(), origin));
        } else if (!node.isMissingNode()) {
            into.put(name, new Setting(node.asText(), origin));
        }
    }
}
