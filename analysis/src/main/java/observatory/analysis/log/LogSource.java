package observatory.analysis.log;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A log on disk: one file, or a folder whose files are read in the order of their names. */
public record LogSource(Path path, Progress progress) {
    private static final int BUFFER = 1 << 16;

    /** The name of the run: that of the file or folder. */
    public String name() {
        Path last = path.toAbsolutePath().normalize().getFileName();
        return last == null ? path.toString() : last.toString();
    }

    /** The files to read, in order; the path itself where it is a file. */
    List<Path> files() {
        return Files.isDirectory(path) ? LogFolder.files(path) : List.of(path);
    }

    /** The beginning of the first file. */
    Head head() {
        return Head.of(files().getFirst());
    }

    static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new LogException(file, 0, e);
        }
    }

    static InputStream open(Path file) {
        try {
            return new BufferedInputStream(Files.newInputStream(file), BUFFER);
        } catch (IOException e) {
            throw new LogException(file, 0, e);
        }
    }
}
