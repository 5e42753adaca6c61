package observatory.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RunPlanTest {
    @TempDir
    Path folder;

    private Map<String, String> manifest(String... more) throws IOException {
        Files.writeString(folder.resolve("text.md"), "what it is trained on, again and again\n".repeat(400));
        TrainOptions options = new TrainOptions();
        String[] all = new String[more.length + 4];
        System.arraycopy(
                new String[] {"--corpus", folder.resolve("text.md").toString(), "--backend", "cpu"}, 0, all, 0, 4);
        System.arraycopy(more, 0, all, 4, more.length);
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(all);
        return TrainPlan.of(options, Optional.of(folder.resolve("own"))).manifest();
    }

    /** What is not there is no change that a restart could be blamed for. */
    @Test
    void whatARestartMayChangeStandsInTheManifest() throws IOException {
        Map<String, String> plain = manifest();
        for (String[] change : new String[][] {
            {"--beta2", "0.999", "beta2", "0.999"},
            {"--epsilon", "1e-6", "epsilon", "1.0E-6"},
            {"--warmup", "7", "warmup", "7"},
            {"--schedule", "constant", "schedule", "constant to 0.1"},
            {"--clip", "0.5", "clip", "0.5"},
            {"--weight-decay", "0.01", "weight_decay", "0.01"},
            {"--micro-batch", "2", "micro_batch", "2"},
        }) {
            Map<String, String> changed = manifest(change[0], change[1]);
            assertEquals(change[3], changed.get(change[2]));
            assertEquals(plain.size(), changed.size(), change[0]);
        }
    }
}
