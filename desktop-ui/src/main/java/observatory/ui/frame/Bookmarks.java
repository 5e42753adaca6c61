package observatory.ui.frame;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Addresses that a person wants to come back to, in a file, one a line; the newest first. */
final class Bookmarks {
    private final Path file;

    Bookmarks(Path file) {
        this.file = file;
    }

    /** Empty where nothing was kept yet, or the file cannot be read. */
    List<String> all() {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException e) {
            return List.of(); // the first ever, or bytes that are no text: what is kept next begins anew
        }
    }

    void add(String address) throws IOException {
        List<String> lines = new ArrayList<>(all());
        lines.remove(address);
        lines.addFirst(address);
        write(lines);
    }

    void remove(String address) throws IOException {
        List<String> lines = new ArrayList<>(all());
        lines.remove(address);
        write(lines);
    }

    private void write(List<String> lines) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        Files.write(unfinished, lines);
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
