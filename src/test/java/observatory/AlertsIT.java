package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that goes wrong is followed into a broker, judged by `watch`, and told to a program. */
class AlertsIT {
    @TempDir
    Path scratch;

    @Test
    void aRunThatGoesWrongIsToldToAProgram() throws Exception {
        Path told = scratch.resolve("told");
        Path config = Files.writeString(scratch.resolve("alerts.yaml"), """
                group_wait: 0s
                group_interval: 0s
                receivers:
                  - {name: file, type: command, command: [sh, -c, 'cat >> "$0"', "%s"]}
                """.formatted(told));
        StringBuilder lines = new StringBuilder();
        for (int step = 1; step <= 200; step++) {
            lines.append("{'loss': %s, 'grad_norm': 1.5, 'learning_rate': 5e-05, 'epoch': 0.02}%n"
                    .formatted(step == 150 ? "nan" : 3 - step * 0.002));
        }
        Path log = Files.writeString(scratch.resolve("my-run.log"), lines);
        try (Program broker = Program.start(scratch, "broker", "--port", "0")) {
            broker.awaitSaying("the broker runs");
            try (Program watch = Program.start(scratch, "watch", "--alerts", config.toString())) {
                watch.awaitSaying("watching every run");
                assertEquals(
                        0,
                        Program.run(scratch, "tail", log.toString(), "--once").exitCode());
                watch.await("the program is told", () -> holds(told, "\"alertname\":\"NonFinite\""));
                Program.Ended list = Program.run(scratch, "alerts", "list", "--json");
                assertEquals(0, list.exitCode(), list::toString);
                boolean found = false;
                for (JsonNode alert : list.json().path("alerts")) {
                    found |= alert.path("labels").path("alertname").asText().equals("NonFinite");
                }
                assertTrue(found, list::toString);
                watch.interrupt();
                assertEquals(130, watch.await().exitCode());
            }
        }
    }

    private static boolean holds(Path file, String text) {
        try {
            return Files.exists(file) && Files.readString(file).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
