package observatory.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.control.Keys;
import observatory.stream.control.Operator;

/** Whose private key signs commands. A file of keys that cannot be used is a wrong setting, before anything is begun. */
public record OperatorKey(String operator, PrivateKey key) {
    private static final String NEXT = "; `observatory keys new` makes a key and its public part";

    /** @param operator null for whose name stands with the public key beside the file */
    public static OperatorKey read(Path file, String operator) {
        Readable.SETTINGS.checkFile("private key", file);
        PrivateKey key;
        try {
            key = Keys.privateKey(file);
        } catch (IOException e) {
            throw new Failure(ExitCode.CONFIGURATION, e.getMessage() + NEXT, e);
        }
        if (operator != null) {
            return new OperatorKey(operator, key);
        }
        Path beside = Keys.publicFile(file);
        List<String> lines = trusted(beside);
        if (lines.size() != 1) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the public part of a private key is one line, and " + beside + " has " + lines.size() + NEXT);
        }
        return new OperatorKey(Keys.trusted(lines.getFirst()).operator(), key);
    }

    /** The public keys in a file, a line each, as they stand there. */
    static List<String> trusted(Path file) {
        Readable.SETTINGS.checkFile("public key", file);
        List<String> lines = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank()) {
                    Keys.trusted(line);
                    lines.add(line);
                }
            }
            if (lines.isEmpty()) {
                throw new IllegalArgumentException("it is empty");
            }
            return lines;
        } catch (IOException | IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION, file + " holds no public keys (" + e.getMessage() + ")" + NEXT, e);
        }
    }

    /** Who gives commands on a cluster. */
    public Operator on(Connection connection, Topics topics) {
        return new Operator(connection, topics, operator, key, InstantSource.system());
    }
}
