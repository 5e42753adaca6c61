package observatory.cli.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import observatory.stream.wire.Json;

/**
 * The trials that are done, one a line, so that a replay that was stopped goes on where it was. Its first line
 * says what was replayed with which program; where that differs the notebook begins anew. A line cut short
 * counts as not written.
 */
public final class Notebook {
    private final Path file;
    private final Map<String, Measured> done = new ConcurrentHashMap<>();
    private final Set<String> earlier = new HashSet<>();

    private Notebook(Path file) {
        this.file = file;
    }

    /** One that is gone with the replay. */
    static Notebook unwritten() {
        return new Notebook(null);
    }

    /** @param identity of the replay: whatever would make its trials other trials */
    public static Notebook open(Path file, String identity) throws IOException {
        Notebook notebook = new Notebook(file);
        Files.createDirectories(file.toAbsolutePath().getParent());
        if (Files.isRegularFile(file)) {
            List<String> lines = Files.readAllLines(file);
            if (!lines.isEmpty() && lines.getFirst().equals(identity)) {
                lines.stream().skip(1).forEach(notebook::take);
                return notebook;
            }
        }
        Files.writeString(file, identity + "\n");
        return notebook;
    }

    private void take(String line) {
        try {
            JsonNode node = Json.mapper().readTree(line);
            done.put(node.path("key").asText(), Measured.read(node));
            earlier.add(node.path("key").asText());
        } catch (IOException | IllegalArgumentException e) {
            // The last line of a replay that was killed: its trial is run again.
            return;
        }
    }

    Optional<Measured> find(String key) {
        return Optional.ofNullable(done.get(key));
    }

    synchronized void write(String key, Measured measured) {
        done.put(key, measured);
        if (file == null) {
            return;
        }
        ObjectNode node = measured.json().put("key", key);
        try {
            Files.writeString(file, node + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Whether a trial was done by an earlier attempt. */
    boolean earlier(String key) {
        return earlier.contains(key);
    }
}
