package observatory.analysis.log;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A log on disk, and what is known of it besides its content.
 *
 * @param path one file, or the folder of one run; which of its files are the log is told by {@link LogFolder}
 * @param run what the run is called; the name of the file or folder where nothing is said
 * @param columns from tags of the log to what they are: {@code step}, or a series of ours
 * @param follower waits at the end of the log for more of it; without one the end is the end
 * @param growing whether a later reading may find more at the end
 */
public record LogSource(
        Path path,
        Progress progress,
        Optional<String> run,
        Map<String, String> columns,
        Optional<Follower> follower,
        boolean growing) {
    private static final int BUFFER = 1 << 16;

    public LogSource {
        columns = Map.copyOf(columns);
    }

    public LogSource(Path path, Progress progress) {
        this(path, progress, Optional.empty(), Map.of(), Optional.empty(), false);
    }

    public LogSource named(String run) {
        return new LogSource(path, progress, Optional.of(run), columns, follower, growing);
    }

    public LogSource mapped(Map<String, String> columns) {
        return new LogSource(path, progress, run, columns, follower, growing);
    }

    public LogSource following(Follower follower) {
        return new LogSource(path, progress, run, columns, Optional.of(follower), true);
    }

    /** The same log as far as it is written now. */
    LogSource still() {
        return new LogSource(path, progress, run, columns, Optional.empty(), growing);
    }

    /** The same log as far as it is written now, of which a later reading may find more. */
    LogSource soFar() {
        return new LogSource(path, progress, run, columns, Optional.empty(), true);
    }

    /** The name of the run. */
    public String name() {
        return run.orElseGet(() -> {
            Path last = path.toAbsolutePath().normalize().getFileName();
            return last == null ? path.toString() : last.toString();
        });
    }

    /** The files to read, in order; the path itself where it is a file. */
    List<Path> files() {
        return Files.isDirectory(path) ? LogFolder.files(path) : List.of(path);
    }

    /**
     * The file that follows this one, now; a run that is restarted writes another. None where the folder no longer tells
     * which files are its log: the one that is read goes on being it.
     */
    Optional<Path> after(Path file) {
        List<Path> files;
        try {
            files = files();
        } catch (LogException unclear) {
            return Optional.empty();
        }
        int next = files.indexOf(file) + 1;
        return next > 0 && next < files.size() ? Optional.of(files.get(next)) : Optional.empty();
    }

    /** The beginning of the first file. */
    Head head() {
        return Head.of(files().getFirst());
    }

    /** Names of series for this log, with those that were given. */
    SeriesNames names() {
        return new SeriesNames(columns);
    }

    static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new LogException(file, 0, e);
        }
    }

    /** A file as it is now, unpacked where it is packed, and in UTF-8 where it says that it is in UTF-16. */
    static InputStream open(Path file) {
        try {
            return Utf16.plain(Packed.open(file, new BufferedInputStream(Files.newInputStream(file), BUFFER)));
        } catch (IOException e) {
            throw new LogException(file, 0, e);
        }
    }

    /** A file of this source, with what is written to it later where the source is followed. */
    InputStream follow(Path file) {
        return follower.<InputStream>map(
                        waits -> new GrowingFile(file, waits, () -> after(file).isPresent()))
                .orElseGet(() -> open(file));
    }
}
