package observatory.cli;

import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Where libraries write what they have to say; the terminal belongs to the commands. */
public final class LogFile {
    private LogFile() {}

    /**
     * From now on this file, for the whole process. Logging is set up at once and by this thread: where two threads are
     * the first to ask for it, as those of SQLite and of Kafka are, SLF4J says so on the terminal.
     */
    public static void use(Path file) {
        System.setProperty("observatory.log", file.toString());
        LoggerFactory.getILoggerFactory();
    }
}
