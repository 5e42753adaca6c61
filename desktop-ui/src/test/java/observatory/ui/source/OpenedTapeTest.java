package observatory.ui.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import observatory.analysis.log.LogFormat;
import observatory.analysis.log.LogFormats;
import observatory.ui.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OpenedTapeTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsNoLogIsUnreadableAndSaysWhy() throws IOException {
        OpenedTape tape = read("Dear diary, nothing was trained today.\n", Optional.empty());
        assertEquals(Connection.State.UNREADABLE, tape.connection().state());
        assertTrue(tape.trouble().contains("no known log format"), tape.trouble());
    }

    @Test
    void aLogIsReadInTheFormatThatIsNamed() throws IOException {
        String lines = "step,loss\n1,2.5\n2,2.25\n";
        OpenedTape csv = read(lines, LogFormats.named("csv"));
        assertEquals(Connection.State.RECORDING, csv.connection().state());
        assertEquals(2, csv.recording().frames().size());
        OpenedTape other = read(lines, LogFormats.named("nanogpt"));
        assertEquals(Connection.State.UNREADABLE, other.connection().state());
    }

    private OpenedTape read(String text, Optional<LogFormat> format) throws IOException {
        OpenedTape tape = OpenedTape.open(Files.writeString(folder.resolve("log.txt"), text), format);
        while (!tape.done()) {
            Thread.onSpinWait();
        }
        return tape;
    }
}
