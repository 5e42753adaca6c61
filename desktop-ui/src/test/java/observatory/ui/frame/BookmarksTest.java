package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import observatory.probe.Pack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BookmarksTest {
    @TempDir
    private Path folder;

    @Test
    void theyOutliveTheWindowAndEachIsThereOnce() throws IOException {
        Path file = folder.resolve("new/bookmarks.txt");
        Bookmarks bookmarks = new Bookmarks(file);
        assertEquals(List.of(), bookmarks.all());
        bookmarks.add("host:9092");
        bookmarks.add("/logs/run.jsonl");
        bookmarks.add("host:9092");
        assertEquals(List.of("host:9092", "/logs/run.jsonl"), new Bookmarks(file).all());
        bookmarks.remove("host:9092");
        assertEquals(List.of("/logs/run.jsonl"), new Bookmarks(file).all());
    }

    @Test
    void aFileThatIsNoTextIsAsIfItWereNotThere() throws IOException {
        Path file = Files.write(folder.resolve("bookmarks.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        Bookmarks bookmarks = new Bookmarks(file);
        assertEquals(List.of(), bookmarks.all());
        bookmarks.add("host:9092");
        assertEquals(List.of("host:9092"), bookmarks.all());
    }

    @Test
    void eachProfileTellsWhatItIsPredictedToCost() {
        assertTrue(ProfileChoice.predicted(Optional.of(Pack.CONTINUOUS)).contains("at most 1 %"));
        assertTrue(ProfileChoice.predicted(Optional.of(Pack.PROFILE)).contains("at most 3 %"));
        assertTrue(ProfileChoice.predicted(Optional.of(Pack.FORENSIC)).contains("about 40 %"));
        assertTrue(ProfileChoice.predicted(Optional.empty()).startsWith("Nothing is changed"));
    }
}
