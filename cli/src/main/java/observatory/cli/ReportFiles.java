package observatory.cli;

import java.io.IOException;
import java.nio.file.Path;

/** Writes the forms of a report that were asked for, and says where. */
public record ReportFiles(Console console, boolean quiet) {
    /** Writes one form of the report. */
    public interface Written {
        void to(Path path) throws IOException;
    }

    /** @param path where it was asked for, or null */
    public void write(Path path, Written form) {
        if (path == null) {
            return;
        }
        try {
            form.to(path);
        } catch (IOException e) {
            String why = e.getClass().getSimpleName() + ": " + e.getMessage();
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot write the report " + path + " (" + why + "); name another place",
                    e);
        }
        if (!quiet) {
            console.say("report: " + path);
        }
    }
}
