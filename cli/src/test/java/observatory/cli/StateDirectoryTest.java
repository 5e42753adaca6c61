package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateDirectoryTest {
    @Test
    void aCommandThatIsToldFindsItsDirectoryAgain() {
        Map<String, String> environment = Map.of("HOME", "/home/somebody");
        assertEquals("", new StateDirectory(Path.of("/home/somebody/.local/state/observatory")).option(environment));
        assertEquals(" --data-dir /data/runs", new StateDirectory(Path.of("/data/runs")).option(environment));
    }
}
