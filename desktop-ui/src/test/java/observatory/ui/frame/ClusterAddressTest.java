package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import observatory.probe.RunId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterAddressTest {
    @TempDir
    private Path folder;

    @Test
    void aClusterIsNamedByAnAddressOrAFileAndARunBehindIt() throws IOException {
        is("kafka-1:9092", "kafka-1:9092", null);
        is("kafka-1:9092,kafka-2:9092/gpt-7", "kafka-1:9092,kafka-2:9092", "gpt-7");
        is("/etc/kafka/client.properties", "/etc/kafka/client.properties", null);
        is("client.properties/gpt-7", "client.properties", "gpt-7");
        for (String other : new String[] {"", "run.jsonl", "/logs/run", "kafka-1", "kafka-1:x", "a b"}) {
            assertEquals(Optional.empty(), ClusterAddress.of(other), other);
        }
        Path log = Files.createDirectories(folder.resolve("old.properties")).resolve("log");
        Files.createFile(log);
        assertEquals(Optional.empty(), ClusterAddress.of(log.toString()), "a file that is there");
    }

    private static void is(String text, String cluster, String run) {
        assertEquals(
                Optional.of(new ClusterAddress(cluster, Optional.ofNullable(run).map(RunId::new))),
                ClusterAddress.of(text));
    }
}
