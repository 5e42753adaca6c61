package observatory.analysis.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Which files of a folder are its log: event files where there are any, in the order of their names. */
final class LogFolder {
    static final String EVENTS = "tfevents";

    private LogFolder() {}

    static List<Path> files(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> files = inside.filter(
                            file -> file.getFileName().toString().contains(EVENTS))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new LogException(
                        folder,
                        0,
                        "the folder has no file with " + EVENTS + " in its name",
                        "name the log file itself, or the folder of one run");
            }
            return files;
        } catch (IOException e) {
            throw new LogException(folder, 0, e);
        }
    }
}
