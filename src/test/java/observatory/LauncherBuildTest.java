package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher builds once whoever calls, and never runs half a build. Maven and Java are scripts here. */
class LauncherBuildTest {
    @TempDir
    private Path folder;

    private Path home;

    @BeforeEach
    void launcher() throws IOException {
        home = Files.createDirectory(folder.resolve("home"));
        Files.copy(Program.home().resolve("observatory"), home.resolve("observatory"));
        script("bin/mvn", """
                trap 'exit 130' INT # as a JVM ends
                echo call >> calls
                mkdir running || echo beside >> calls
                mkdir -p cli/target/lib
                touch cli/target/lib/other.jar
                until [ -e go ]; do sleep 0.02; done
                touch cli/target/lib/cli-1.jar
                rmdir running""");
        script("jdk/bin/java", "echo ran");
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    }

    @Test
    void twoCallsAtOnceBuildOnce() throws IOException, InterruptedException {
        try (Program first = start()) {
            first.awaitSaying("building once");
            try (Program second = start()) {
                second.awaitSaying("waiting for a build");
                go();
                assertEquals("ran\n", first.await().out());
                assertEquals("ran\n", second.await().out());
            }
        }
        assertEquals(List.of("call"), calls());
    }

    @Test
    void anInterruptedBuildSaysNothingOfAFailureAndLeavesNothing() throws IOException, InterruptedException {
        try (Program program = start()) {
            program.await("half is built", () -> Files.exists(home.resolve("cli/target/lib/other.jar")));
            program.interrupt();
            Program.Ended ended = program.await();
            assertEquals(130, ended.exitCode(), ended::toString);
            assertFalse(ended.err().contains("failed"), ended::toString);
        }
        assertFalse(Files.exists(home.resolve("cli/target/lib")));
        assertFalse(Files.exists(home.resolve("cli/target/building")));
    }

    @Test
    void whatAKilledBuildLeftIsBuiltAnew() throws IOException, InterruptedException {
        Files.createDirectories(home.resolve("cli/target/lib"));
        Files.createFile(home.resolve("cli/target/lib/cli-1.jar"));
        Files.createFile(home.resolve("cli/target/building"));
        go();
        try (Program program = start()) {
            assertEquals("ran\n", program.await().out());
        }
        assertEquals(List.of("call"), calls());
    }

    @Test
    void theMavenOfAKilledCallIsWaitedForAndTwoWhoWaitTakeTurns() throws IOException, InterruptedException {
        try (Program killed = start()) {
            killed.awaitSaying("building once");
            killed.await("maven runs", () -> Files.exists(home.resolve("calls")));
            killed.kill();
            try (Program first = start();
                    Program second = start()) {
                first.awaitSaying("waiting for a build");
                second.awaitSaying("waiting for a build");
                go();
                assertEquals("ran\n", first.await().out());
                assertEquals("ran\n", second.await().out());
            }
        }
        assertEquals(List.of("call", "call"), calls(), "one build anew, when that of the killed call was over");
    }

    private Program start() throws IOException {
        return Program.shell(
                folder,
                "export PATH=" + folder + "/bin:$PATH JAVA_HOME=" + folder + "/jdk OBSERVATORY_START_CACHE=off; exec "
                        + home + "/observatory --version");
    }

    private void script(String name, String lines) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/usr/bin/env bash\n" + lines + "\n");
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("cannot be made executable: " + file);
        }
    }

    private void go() throws IOException {
        Files.createFile(home.resolve("go"));
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(home.resolve("calls"));
    }
}
