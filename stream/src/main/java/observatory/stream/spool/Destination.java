package observatory.stream.spool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import observatory.stream.wire.Json;

/**
 * Which topics of which cluster a spool is for. It is written beside the segments, so that what is left of a process
 * goes where that would have sent it. A spool that says nothing, as those of older programs, is for any.
 *
 * @param bootstrap the addresses first asked for the cluster
 * @param cluster the id by which the cluster knows itself; empty as long as it has not answered
 */
public record Destination(String prefix, String bootstrap, String cluster) {
    static final String FILE = "spool.destination";

    /** What stands in the folder of a spool; empty where nothing does that can be read. */
    static Optional<Destination> of(Path folder) {
        try {
            JsonNode told = Json.mapper().readTree(Files.readAllBytes(folder.resolve(FILE)));
            return told.path("prefix").isTextual() && told.path("bootstrap").isTextual()
                    ? Optional.of(new Destination(
                            told.path("prefix").asText(),
                            told.path("bootstrap").asText(),
                            told.path("cluster").asText()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whole or not at all. */
    void write(Path folder) throws IOException {
        ObjectNode told = Json.mapper().createObjectNode();
        told.put("prefix", prefix).put("bootstrap", bootstrap).put("cluster", cluster);
        Path written = Files.write(folder.resolve(FILE + ".new"), Json.mapper().writeValueAsBytes(told));
        Files.move(written, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Of a spool that is empty. */
    static void forget(Path folder) {
        try {
            Files.deleteIfExists(folder.resolve(FILE));
            Files.deleteIfExists(folder.resolve(FILE + ".new")); // of a disk that was full
        } catch (IOException e) {
            // The folder stays with it; the next process finds it empty and removes both.
            assert Files.exists(folder);
        }
    }

    /**
     * Whether what is for this one may go there: an address may be another cluster's by now, an id is not; and where
     * the cluster never answered, its address is all there is.
     *
     * @param there a cluster that has answered
     */
    boolean is(Destination there) {
        boolean same = cluster.isEmpty()
                ? !Collections.disjoint(addresses(), there.addresses())
                : cluster.equals(there.cluster);
        return same && prefix.equals(there.prefix);
    }

    /** The same before it answered. */
    Destination asUnanswered() {
        return new Destination(prefix, bootstrap, "");
    }

    private List<String> addresses() {
        return Arrays.stream(bootstrap.split(","))
                .map(address -> address.strip().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** For people. */
    @Override
    public String toString() {
        return bootstrap + " (" + (cluster.isEmpty() ? "which never answered" : "cluster " + cluster) + ", topics "
                + prefix + "*)";
    }
}
