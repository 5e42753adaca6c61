package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P15 with real processes: killed at any moment, no message is lost, and each kill costs one duplicate at most. */
class KilledCourierIT {
    private static final long SEED = 41;

    @TempDir
    Path folder;

    @Test
    void killsCostNoMessage() throws Exception {
        kill(4, 400);
    }

    @Test
    @Tag("soak")
    void manyKillsCostNoMessage() throws Exception {
        kill(30, 3000);
    }

    private void kill(int kills, int messages) throws Exception {
        Path database = folder.resolve("alerts.db");
        try (AlertStore store = new AlertStore(database)) {
            AlertBook none = new AlertBook(Policy.STANDARD, List.of(), Map.of());
            for (int i = 0; i < messages; i++) {
                Alert alert = new Alert(
                        new TreeMap<>(Map.of("alertname", "A" + i)), new TreeMap<>(), Said.START, Optional.empty(), "");
                Notification one = Notification.of(new TreeMap<>(), List.of(alert), 0);
                store.commit(new AlertStore.Round(none, Map.of(), Map.of(), Map.of("hook", List.of(one)), Said.START));
            }
        }
        Random random = new Random(SEED);
        try (Hook hook = new Hook()) {
            for (int i = 0; i < kills; i++) {
                int until = hook.bodies().size() + 1 + random.nextInt(messages / kills / 2);
                Process process = start(database, hook);
                Said.await(until + " messages", () -> hook.bodies().size() >= until);
                process.destroyForcibly().waitFor(); // SIGKILL
            }
            assertEquals(0, start(database, hook).waitFor());
            List<String> names = hook.bodies().stream()
                    .map(body -> body.path("commonLabels").path("alertname").asText())
                    .toList();
            assertEquals(messages, names.stream().distinct().count(), "seed " + SEED);
            assertTrue(names.size() <= messages + kills, names.size() + " told of " + messages + ", seed " + SEED);
        }
    }

    private static Process start(Path database, Hook hook) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CourierProcess.class.getName(),
                        database.toString(),
                        hook.url())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
