package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What the launcher keeps to start faster helps where it can and harms nowhere. */
@Isolated("it damages what every program starts with")
class LauncherIT {
    private static final Path KEPT = Program.home().resolve("cli/target/start");

    @TempDir
    private Path folder;

    @Test
    void whatDoesNotTrainSaysNothingOnStandardErrorAndADamagedCacheChangesNothing()
            throws IOException, InterruptedException {
        assertEquals(0, Program.run(folder, "--version").exitCode()); // makes the cache where there is none yet
        Program.Ended sound = Program.run(folder, "--version");
        assertEquals(0, sound.exitCode(), sound::toString);
        assertEquals("", sound.err(), sound::toString);
        assertEquals("", Program.run(folder, "train", "--help").err());
        Optional<Path> cache = cache();
        assertTrue(cache.isPresent(), "no cache was made: " + KEPT);
        Path aside = KEPT.resolve("aside");
        Files.move(cache.get(), aside, StandardCopyOption.REPLACE_EXISTING);
        try {
            Files.write(cache.get(), new byte[100_000]);
            Program.Ended damaged = Program.run(folder, "--version");
            assertEquals(0, damaged.exitCode(), damaged::toString);
            assertEquals(sound.out(), damaged.out());
            assertEquals("", damaged.err(), damaged::toString);
        } finally {
            Files.move(aside, cache.get(), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void whatThisMavenBuiltIsFresh() throws IOException, InterruptedException {
        try (Program program = Program.shell(folder, "OBSERVATORY_BUILD=on ./observatory --version")) {
            assertEquals("", program.await().err());
        }
    }

    @Test
    void whatTrainsSaysNothingOfTheJvmEither() throws IOException, InterruptedException {
        Program.Ended wrong = Program.run(folder, "demo", "--steps", "0");
        assertEquals("observatory: steps must be at least 1: steps=0; try --steps 300\n", wrong.err());
    }

    private static Optional<Path> cache() throws IOException {
        try (Stream<Path> files = Files.list(KEPT)) {
            return files.filter(file -> file.toString().endsWith(".aot")).findFirst();
        }
    }
}
