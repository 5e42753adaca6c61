package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import observatory.analysis.Kind;
import observatory.stream.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandReceiverTest {
    private static final Notification SPIKE = Said.notification(Kind.LOSS_SPIKE);

    @TempDir
    Path folder;

    private static Outcome run(String... command) {
        return new CommandReceiver("cmd", List.of(command), Duration.ofSeconds(30)).tell(SPIKE);
    }

    @Test
    void theProgramReadsTheWebhooksJson() throws Exception {
        Path file = folder.resolve("said");
        assertInstanceOf(Outcome.Delivered.class, run("sh", "-c", "cat > \"$0\"", file.toString()));
        assertEquals(
                "LossSpike",
                Json.mapper()
                        .readTree(Files.readAllBytes(file))
                        .path("commonLabels")
                        .path("alertname")
                        .asText());
    }

    @Test
    void itsExitCodeSaysWhatBecameOfIt() {
        assertInstanceOf(Outcome.Delivered.class, run("true"));
        assertEquals(new Outcome.Refused("false ended with 1"), run("false"));
        assertInstanceOf(Outcome.Later.class, run("sh", "-c", "exit 75"));
        assertInstanceOf(Outcome.Refused.class, run(folder.resolve("nothing").toString()));
    }

    @Test
    void aProgramThatHangsIsEndedWithAllItStarted() {
        Outcome outcome =
                new CommandReceiver("cmd", List.of("sh", "-c", "sleep 600 & wait"), Duration.ofMillis(200)).tell(SPIKE);
        Outcome.Later later = assertInstanceOf(Outcome.Later.class, outcome);
        assertTrue(later.reason().contains("more than 200 ms"), later.reason());
        Said.await(
                "the end of its child",
                () -> ProcessHandle.current().descendants().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void theTerminalGetsOneLineWithoutControlCharacters() {
        List<String> lines = new ArrayList<>();
        Alert alert = Said.alert(Kind.LOSS_SPIKE);
        var labels = new TreeMap<>(alert.labels());
        labels.put("run", "evil\u001b[2J\nrun");
        Alert nasty = new Alert(labels, alert.annotations(), alert.startsAt(), Optional.empty(), "");
        new TerminalReceiver(lines::add).tell(Notification.of(new TreeMap<>(), List.of(nasty), 0));
        assertEquals(1, lines.size());
        assertTrue(lines.getFirst().chars().noneMatch(Character::isISOControl), lines.getFirst());
    }
}
