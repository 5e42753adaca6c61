package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be read ends alike in every command: with 6 where it is input, and with 3 where it is settings. */
@ResourceLock(Resources.SYSTEM_ERR)
class ReadableTest {
    @TempDir
    Path folder;

    @BeforeEach
    void files() throws IOException {
        Files.createDirectory(folder.resolve("folder"));
        Files.createFile(folder.resolve("empty"));
        Files.writeString(folder.resolve("good"), "settings:\n  loss_spike.alone: 9\n");
        Files.writeString(folder.resolve("log"), "s:1 trl:3.5\ns:2 trl:3.4\n");
        Files.writeString(folder.resolve("locked"), "x");
        Files.setPosixFilePermissions(folder.resolve("locked"), PosixFilePermissions.fromString("---------"));
    }

    /** Behind the second bar: a folder is refused too; behind the third: so is an empty file. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            postmortem {}                                  | 6 | true  | true
            tail {} --once --jsonl                         | 6 | true  | true
            spectrum {}                                    | 6 | true  | true
            replay {}                                      | 6 | true  | true
            dashboard {}                                   | 6 | false | false
            rules test good {}                             | 6 | true  | true
            plan fit {}                                    | 6 | true  | true
            plan size {} --reference 1B=1,2B=2             | 6 | true  | true
            train --corpus {}                              | 6 | true  | true
            demo --corpus {}                               | 6 | true  | true
            train --resume {}                              | 6 | true  | true
            train --vocab {} --merges {}                   | 6 | true  | true
            train --spec {}                                | 3 | true  | true
            runs --kafka-config {}                         | 3 | true  | true
            runs --config {}                               | 3 | true  | false
            alerts test --alerts {}                        | 3 | true  | true
            watch --bootstrap 127.0.0.1:1 --alerts {}      | 3 | true  | true
            rules test {} log                              | 3 | true  | false
            train --bootstrap 127.0.0.1:1 --control-key {} | 3 | true  | true
            relay --bootstrap 127.0.0.1:1 --control-key {} | 3 | true  | true
            attach 1 --control-key {}                      | 3 | true  | true
            probes add adam-rms --run r --key {}           | 3 | true  | true
            dashboard --bootstrap 127.0.0.1:1 --key {}     | 3 | true  | true
            """)
    void isRefusedWithOneCode(String line, int exitCode, boolean alsoFolder, boolean alsoEmpty) {
        refused(line, "absent", exitCode);
        if (alsoFolder) {
            refused(line, "folder", exitCode);
        }
        if (alsoEmpty) {
            refused(line, "empty", exitCode);
        }
        if (!Files.isReadable(folder.resolve("locked"))) { // root reads everything
            refused(line, "locked", exitCode);
        }
    }

    private void refused(String line, String name, int exitCode) {
        Path path = folder.resolve(name);
        String[] arguments = line.replace("{}", path.toString())
                .replace(" log", " " + folder.resolve("log"))
                .replace(" good", " " + folder.resolve("good"))
                .split(" +");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(err, true));
        try {
            assertEquals(exitCode, Observatory.run(arguments), name + ": " + err);
        } finally {
            System.setErr(before);
        }
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().contains(name), err::toString);
    }
}
