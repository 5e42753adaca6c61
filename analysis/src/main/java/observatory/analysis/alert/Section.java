package observatory.analysis.alert;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import observatory.stream.cluster.Secret;

/** One mapping of a configuration file: reads its settings, and at the end refuses what nobody read. */
final class Section {
    private final String place;
    private final JsonNode node;
    private final Map<String, String> environment;
    private final Set<String> read = new HashSet<>();

    Section(String place, JsonNode node, Map<String, String> environment) {
        this.place = place;
        this.node = node;
        this.environment = environment;
        if (!node.isObject()) {
            throw new IllegalArgumentException(place + ": expected settings by name");
        }
    }

    Optional<String> text(String name) {
        read.add(name);
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isValueNode()) {
            throw bad(name, "expected one value");
        }
        return Optional.of(value.asText());
    }

    String required(String name) {
        return text(name).orElseThrow(() -> bad(name, "is missing"));
    }

    boolean flag(String name) {
        return text(name)
                .map(value -> switch (value) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw bad(name, "expected true or false, not `" + value + "`");
                })
                .orElse(false);
    }

    Optional<Long> number(String name, long least, long most) {
        return text(name).map(value -> {
            try {
                long number = Long.parseLong(value);
                if (least <= number && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw bad(name, "expected a whole number, not `" + value + "`");
            }
            throw bad(
                    name,
                    "expected " + least + (most == Long.MAX_VALUE ? " or more" : " to " + most) + ", not " + value);
        });
    }

    /** {@code 10s}, {@code 1m}, {@code 4h}. */
    long seconds(String name, long least, long standard) {
        return text(name)
                .map(value -> Durations.parse(value)
                        .map(Duration::toSeconds)
                        .filter(seconds -> seconds >= least)
                        .orElseThrow(() -> bad(
                                name,
                                "expected a duration as 10s, 1m or 4h" + (least > 0 ? ", " + least + "s or more" : "")
                                        + ", not `" + value + "`")))
                .orElse(standard);
    }

    <E extends Enum<E>> Optional<E> word(String name, Class<E> words) {
        return text(name).map(value -> {
            try {
                return Enum.valueOf(words, value.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                String known = String.join(
                        ", ",
                        List.of(words.getEnumConstants()).stream()
                                .map(word -> word.name().toLowerCase(Locale.ROOT))
                                .toList());
                throw bad(name, "`" + value + "` is none of " + known);
            }
        });
    }

    /** A secret: in the setting itself, in a file ({@code NAME_file}), or in the environment ({@code NAME_env}). */
    Optional<Secret> secret(String name) {
        List<String> given = Stream.of(name, name + "_file", name + "_env")
                .filter(each -> !node.path(each).isMissingNode())
                .toList();
        if (given.size() > 1) {
            throw bad(name, "given as " + String.join(" and as ", given) + "; keep one");
        }
        Optional<Secret> fromFile =
                text(name + "_file").map(file -> new Secret(content(name + "_file", Path.of(file))));
        Optional<Secret> fromEnvironment = text(name + "_env")
                .map(variable -> Optional.ofNullable(environment.get(variable))
                        .map(Secret::new)
                        .orElseThrow(() -> bad(name + "_env", "the variable " + variable + " is not set")));
        return text(name).map(Secret::new).or(() -> fromFile).or(() -> fromEnvironment);
    }

    private String content(String name, Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
                throw bad(name, file + " may be read by everybody; chmod 600 it");
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw bad(name, "cannot read " + file + " (" + e.getClass().getSimpleName() + ")");
        }
    }

    List<String> texts(String name) {
        read.add(name);
        List<String> texts = new ArrayList<>();
        JsonNode values = node.path(name);
        if (!values.isMissingNode() && !values.isArray()) {
            throw bad(name, "expected a list");
        }
        values.forEach(value -> {
            if (!value.isValueNode() || value.isNull()) {
                throw bad(name, "expected a list of single values");
            }
            texts.add(value.asText());
        });
        return texts;
    }

    Map<String, String> pairs(String name) {
        Map<String, String> pairs = new TreeMap<>();
        below(name)
                .ifPresent(one ->
                        one.node.properties().forEach(pair -> pairs.put(pair.getKey(), one.required(pair.getKey()))));
        return pairs;
    }

    Optional<Section> below(String name) {
        read.add(name);
        JsonNode value = node.path(name);
        return value.isMissingNode() || value.isNull()
                ? Optional.empty()
                : Optional.of(new Section(place + "." + name, value, environment));
    }

    List<Section> list(String name) {
        read.add(name);
        List<Section> list = new ArrayList<>();
        JsonNode values = node.path(name);
        if (!values.isMissingNode() && !values.isArray()) {
            throw bad(name, "expected a list");
        }
        for (int i = 0; i < values.size(); i++) {
            list.add(new Section(place + "." + name + "[" + i + "]", values.get(i), environment));
        }
        return list;
    }

    /** Refuses settings that nobody asked for: a misspelt one would be taken for its default. */
    void done() {
        node.fieldNames().forEachRemaining(name -> {
            if (!read.contains(name)) {
                throw bad(name, "no such setting; there are " + new TreeSet<>(read));
            }
        });
    }

    IllegalArgumentException bad(String name, String reason) {
        return new IllegalArgumentException(place + "." + name + ": " + reason);
    }
}
