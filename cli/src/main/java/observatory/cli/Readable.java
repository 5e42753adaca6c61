package observatory.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a command is given to read. One that is missing, of the wrong kind or not for this user is refused before anything
 * begins, and the exit code is the same in every command: what the file is for decides it.
 */
public enum Readable {
    /** What is judged or trained on: a log, weights, a corpus, a table. */
    INPUT(ExitCode.CORRUPT_INPUT),
    /** What says how: a spec, rules, receivers of alerts, properties of a client. */
    SETTINGS(ExitCode.CONFIGURATION);

    private final int exitCode;

    Readable(int exitCode) {
        this.exitCode = exitCode;
    }

    /** Refuses what is no file that can be read. */
    public void checkFile(String what, Path path) {
        check(what, path);
        if (Files.isDirectory(path)) {
            throw refusal("the " + what + " " + path + " is a folder; name the file itself");
        }
    }

    /** Refuses what is neither a file nor a folder that can be read. */
    public void check(String what, Path path) {
        if (!Files.exists(path)) {
            throw refusal("there is no " + what + " " + path + "; check the path");
        }
        if (!Files.isReadable(path)) {
            throw refusal("this user may not read the " + what + " " + path + "; correct its permissions");
        }
    }

    /** What failed while it was read. */
    public Failure failed(String what, Path path, IOException e) {
        return new Failure(
                exitCode, "cannot read the " + what + " " + path + ": " + e.getMessage() + "; check the path", e);
    }

    private Failure refusal(String message) {
        return new Failure(exitCode, message);
    }
}
