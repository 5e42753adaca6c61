package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import observatory.analysis.detector.Detectors;
import observatory.analysis.detector.Settings;
import observatory.probe.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
    @TempDir
    Path folder;

    @Test
    void aThresholdOfOnesOwnChangesWhatIsFound() throws IOException {
        Settings deaf = Rules.read(
                file("settings:\n  loss_spike.remark: 20\n  loss_spike.sudden: 50\n  loss_spike.gradual: 100\n"));
        List<Telemetry> run = Provocations.all().get("LossSpike").apply(1);
        assertEquals(List.of(Kind.LOSS_SPIKE), kinds(run, Settings.DEFAULTS));
        assertEquals(
                List.of(),
                kinds(run, deaf).stream()
                        .filter(kind -> kind == Kind.LOSS_SPIKE)
                        .toList());
    }

    @Test
    void anEmptyFileChangesNothing() throws IOException {
        assertEquals(Settings.DEFAULTS, Rules.read(file("")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'settings: {loss_spike.alon: 9}' | did you mean loss_spike.alone?",
                "'settings: {loss_spike.alone: -1}' | must lie in 4",
                "'settings: {loss_spike.alone: many}' | is a number",
                "'thresholds: {}' | only settings:",
                "'settings: 7' | has no section settings:",
                "'settings: [' | is no YAML: line 1"
            })
    void whatMakesNoSenseIsRefusedInOneLine(String text, String reason) throws IOException {
        Path file = file(text);
        String message = assertThrows(IllegalArgumentException.class, () -> Rules.read(file))
                .getMessage();
        assertTrue(message.contains(reason), message);
        assertTrue(message.contains("rules.yaml") && message.lines().count() == 1, message);
    }

    private static List<Kind> kinds(List<Telemetry> run, Settings settings) {
        RunWatch watch = RunWatch.of(Recorded.RUN, settings);
        run.forEach(watch::accept);
        return watch.incidents().stream().map(Incident::kind).toList();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("rules.yaml"), text);
    }

    @Test
    void everyNameOfTheCatalogueIsAccepted() {
        for (var setting : Detectors.settings()) {
            Settings.of(Map.of(setting.name(), setting.preset()), Detectors.settings());
        }
    }
}
