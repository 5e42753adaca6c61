package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RunsCommandTest {
    @Test
    void saysOfARunWhatItsStartEventTells() {
        assertEquals("tiny", RunsCommand.what(Map.of("model", "tiny")));
        assertEquals("tiny nan", RunsCommand.what(Map.of("model", "tiny", "fault", "nan")));
        assertEquals("pytorch, 2 ranks", RunsCommand.what(Map.of("framework", "pytorch", "world", "2")));
        assertEquals("Gpt, 4 ranks", RunsCommand.what(Map.of("framework", "pytorch", "model", "Gpt", "world", "4")));
        assertEquals("pytorch", RunsCommand.what(Map.of("framework", "pytorch", "world", "1")));
        assertEquals("pytorch", RunsCommand.what(Map.of("framework", "pytorch", "world", "many")));
        assertEquals("8 ranks", RunsCommand.what(Map.of("world", "8")));
        assertEquals("", RunsCommand.what(Map.of()));
    }
}
