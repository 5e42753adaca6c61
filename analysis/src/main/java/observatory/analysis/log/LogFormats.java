package observatory.analysis.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The catalogue of log formats: told by content, never by file name, or chosen by name. */
public final class LogFormats {
    /** Text logs print their configuration first; the longest preamble seen in real ones is 200 KB. */
    private static final int HEAD = 1 << 20;

    private static final List<LogFormat> ALL = List.of(new TensorBoardEvents(), new MegatronText());

    private LogFormats() {}

    public static List<LogFormat> all() {
        return ALL;
    }

    /** The format of that name where one is given, else the one that recognises the content. */
    public static LogFormat find(Path path, Optional<String> name) {
        return name.map(given -> named(path, given)).orElseGet(() -> recognise(path));
    }

    private static LogFormat named(Path path, String name) {
        return ALL.stream()
                .filter(format -> format.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(
                        () -> new LogException(path, 0, "there is no log format " + name, "try one of: " + known()));
    }

    private static LogFormat recognise(Path path) {
        byte[] head = head(path);
        if (head.length == 0) {
            throw new LogException(path, 0, "the log is empty", "wait until the run has written its first step");
        }
        return ALL.stream()
                .filter(format -> format.recognises(head))
                .findFirst()
                .orElseThrow(() -> new LogException(
                        path,
                        0,
                        "no known log format recognises its first " + head.length + " bytes",
                        "name one with --format; known: " + known()));
    }

    private static byte[] head(Path path) {
        if (!Files.exists(path)) {
            throw new LogException(path, 0, "there is no such file", "check the path");
        }
        Path file = path;
        if (Files.isDirectory(path)) {
            List<Path> inside = new LogSource(path, Progress.NONE).files(TensorBoardEvents.FILE_NAME_PART);
            if (inside.isEmpty()) {
                throw new LogException(
                        path,
                        0,
                        "the folder has no file with " + TensorBoardEvents.FILE_NAME_PART + " in its name",
                        "name the log file itself, or the folder of one run");
            }
            file = inside.getFirst();
        }
        try (InputStream in = LogSource.open(file)) {
            return in.readNBytes(HEAD);
        } catch (IOException e) {
            throw new LogException(file, 0, e);
        }
    }

    private static String known() {
        return ALL.stream().map(LogFormat::name).collect(Collectors.joining(", "));
    }
}
