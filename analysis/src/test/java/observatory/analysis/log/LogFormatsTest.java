package observatory.analysis.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFormatsTest {
    @TempDir
    Path folder;

    @Test
    void contentTellsTheFormatWhateverTheName() throws IOException {
        Path events = Files.write(folder.resolve("a.txt"), new EventFile().bytes());
        Path text = Files.writeString(
                folder.resolve("tfevents"), "preamble\n iteration 1/ 2 | learning rate: 1.0 | lm loss: 2.0 |\n");
        assertEquals("tensorboard", LogFormats.find(events, Optional.empty()).name());
        assertEquals("megatron", LogFormats.find(text, Optional.empty()).name());
        assertEquals(
                "megatron",
                LogFormats.find(events, LogFormats.named("Megatron")).name());
    }

    @Test
    void whatIsNotRecognisedIsToldWithTheKnownFormats() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "a shopping list, with an iteration of eggs");
        refused(other, "known: tensorboard, ");
        refused(Files.createFile(folder.resolve("empty")), "the log is empty");
        refused(folder.resolve("absent"), "no such file");
        refused(folder, "the folder has no log in it");
    }

    private static void refused(Path path, String reason) {
        LogException refused = assertThrows(LogException.class, () -> LogFormats.find(path, Optional.empty()));
        assertTrue(refused.getMessage().contains(reason), refused::getMessage);
        assertTrue(refused.getMessage().contains(path.getFileName().toString()), refused::getMessage);
    }
}
