package observatory.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import observatory.analysis.RunWatch;
import observatory.analysis.variants.Outcome;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.train.RunOptions;
import observatory.stream.wire.Json;
import observatory.trainer.ClassFiles;
import observatory.trainer.TrainerBuild;

/**
 * Runs that are done, one a line, so that a study that was stopped goes on where it was. A line says with which builds of
 * the trainer and the detectors and which options a run came to what; those of other builds are left alone. Any thread.
 */
final class VariantsFile {
    /** Which build of what judges a run: incidents are part of what it came to. */
    private static final String DETECTORS = ClassFiles.fingerprint(
            RunWatch.class,
            List.of("observatory/analysis", "observatory/analysis/detector", "observatory/analysis/rules"));

    private final Path file;
    private final Map<JsonNode, Outcome> done = new ConcurrentHashMap<>();

    /** @param file null for runs that are kept nowhere */
    private VariantsFile(Path file) {
        this.file = file;
    }

    /** @param file null for runs that are kept nowhere */
    static VariantsFile open(Path file) {
        VariantsFile runs = new VariantsFile(file);
        if (file != null && Files.exists(file)) {
            runs.read();
        }
        return runs;
    }

    private void read() {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new Failure(ExitCode.CONFIGURATION, "cannot read " + file + ": " + e.getMessage(), e);
        }
        for (int i = 0; i < lines.size(); i++) {
            try {
                JsonNode line = Json.mapper().readTree(lines.get(i));
                done.put(line.required("run"), Json.mapper().treeToValue(line.required("outcome"), Outcome.class));
            } catch (IOException | IllegalArgumentException e) {
                throw new Failure(
                        ExitCode.CORRUPT_INPUT,
                        "line " + (i + 1) + " of " + file + " is no run of variants"
                                + (i == lines.size() - 1 && i > 0 ? " (cut short?): remove it" : "; name another file"),
                        e);
            }
        }
    }

    Optional<Outcome> find(RunOptions options, boolean onDevice) {
        return Optional.ofNullable(done.get(key(options, onDevice)));
    }

    synchronized void write(RunOptions options, boolean onDevice, Outcome outcome) {
        if (file == null) {
            return;
        }
        ObjectNode line = Json.mapper().createObjectNode();
        line.set("run", key(options, onDevice));
        line.set("outcome", Json.mapper().valueToTree(outcome));
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new Failure(ExitCode.CONFIGURATION, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** Whatever would make it another run. */
    private static ObjectNode key(RunOptions options, boolean onDevice) {
        ObjectNode key = Json.mapper()
                .createObjectNode()
                .put("trainer", TrainerBuild.fingerprint())
                .put("detectors", DETECTORS)
                .put("device", onDevice ? "cuda" : "cpu");
        key.set("options", Json.mapper().valueToTree(options.values()));
        return key;
    }
}
