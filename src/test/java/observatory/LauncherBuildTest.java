package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher builds where sources are newer, once whoever calls, never under a program that runs, and never runs half a
 * build. Maven and Java are scripts here.
 */
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
                [ ! -e broken ] || { echo "[ERROR] COMPILATION ERROR : pom.xml does not compile"; exit 1; }
                [ ! -e cut-off ] || { echo "[ERROR] Could not transfer artifact"; exit 1; }
                mkdir -p cli/target/lib
                rm -f cli/target/built
                touch cli/target/lib/other.jar
                until [ -e go ]; do sleep 0.02; done
                cat calls > cli/target/lib/cli-1.jar
                touch cli/target/built
                rmdir running""");
        // Prints which build it runs, and again when it may end.
        script("jdk/bin/java", """
                while [ "$1" != -cp ]; do shift; done
                which() { echo "build $(wc -l < "${2%/*}/cli-1.jar")"; }
                which "$@"
                [ -e FOLDER/hold ] || exit 0
                while [ -e FOLDER/hold ]; do sleep 0.02; done
                which "$@\"""".replace("FOLDER", folder.toString()));
        Files.createFile(home.resolve("pom.xml"));
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    }

    @Test
    void twoCallsAtOnceBuildOnce() throws IOException, InterruptedException {
        try (Program first = start("")) {
            first.awaitSaying("building once");
            try (Program second = start("")) {
                second.awaitSaying("waiting for a build");
                go();
                assertEquals("build 1\n", first.await().out());
                assertEquals("build 1\n", second.await().out());
            }
        }
        assertEquals(List.of("call"), calls());
    }

    @Test
    void anInterruptedBuildSaysNothingOfAFailureAndIsNoBuild() throws IOException, InterruptedException {
        try (Program program = start("")) {
            program.await("half is built", () -> Files.exists(home.resolve("cli/target/lib/other.jar")));
            program.interrupt();
            Program.Ended ended = program.await();
            assertEquals(130, ended.exitCode(), ended::toString);
            assertFalse(ended.err().contains("failed"), ended::toString);
        }
        Files.delete(home.resolve("running"));
        go();
        assertEquals("build 2\n", run().out());
    }

    @Test
    void whatAKilledBuildLeftIsBuiltAnew() throws IOException, InterruptedException {
        Files.createDirectories(home.resolve("cli/target/lib"));
        Files.createFile(home.resolve("cli/target/lib/cli-1.jar"));
        go();
        assertEquals("build 1\n", run().out());
    }

    @Test
    void theMavenOfAKilledCallIsWaitedForAndTwoWhoWaitTakeTurns() throws IOException, InterruptedException {
        try (Program killed = start("")) {
            killed.awaitSaying("building once");
            killed.await("maven runs", () -> Files.exists(home.resolve("calls")));
            killed.kill();
            try (Program first = start("");
                    Program second = start("")) {
                first.awaitSaying("waiting for a build");
                second.awaitSaying("waiting for a build");
                go();
                assertEquals("build 1\n", first.await().out());
                assertEquals("build 1\n", second.await().out());
            }
        }
        assertEquals(List.of("call"), calls(), "what the Maven of the killed call built is whole");
    }

    @Test
    void aSourceThatIsNewerThanTheBuildIsBuiltOnce() throws IOException, InterruptedException {
        go();
        assertEquals("build 1\n", run().out());
        change();
        Program.Ended again = run();
        assertEquals("build 2\n", again.out());
        assertTrue(again.err().contains("building again, as pom.xml is newer than the build"), again::toString);
        Program.Ended fresh = run();
        assertEquals("build 2\n", fresh.out());
        assertEquals("", fresh.err());
    }

    @Test
    void aSourceDatedInTheFutureIsBuiltOnceAndAgainWhenItChanges() throws IOException, InterruptedException {
        go();
        run();
        Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
        for (int build = 2; build <= 3; build++) {
            change();
            Files.setLastModifiedTime(home.resolve("pom.xml"), FileTime.from(tomorrow.plusSeconds(build)));
            Program.Ended again = run();
            assertEquals("build " + build + "\n", again.out());
            assertTrue(again.err().contains("pom.xml is dated in the future"), again::toString);
            Program.Ended fresh = run();
            assertEquals("build " + build + "\n", fresh.out());
            assertEquals("", fresh.err());
        }
    }

    @Test
    void whatMavenBuiltByHandIsFresh() throws IOException, InterruptedException {
        go();
        change();
        assertEquals(
                0,
                Program.shell(folder, "cd " + home + " && " + folder + "/bin/mvn")
                        .await()
                        .exitCode());
        Program.Ended ended = run();
        assertEquals("build 1\n", ended.out());
        assertEquals("", ended.err());
    }

    @Test
    void aProgramThatRunsKeepsItsBuildUntilItEnds() throws IOException, InterruptedException {
        go();
        run();
        Path hold = Files.createFile(folder.resolve("hold"));
        try (Program first = start("")) {
            first.await("it runs", () -> first.printed().equals("build 1\n"));
            change();
            try (Program second = start("")) {
                second.await("it runs a new build", () -> second.printed().equals("build 2\n"));
                Files.delete(hold);
                assertEquals("build 1\nbuild 1\n", first.await().out(), "what it runs was replaced");
                assertEquals("build 2\nbuild 2\n", second.await().out());
            }
        }
        change();
        assertEquals("build 3\n", run().out());
        assertEquals(1, copies(), "copies nobody uses are left");
    }

    @Test
    void whatAnAttachedJvmLoadsFromStaysUntilThatEnds() throws IOException, InterruptedException {
        go();
        Process jvm = new ProcessBuilder("sleep", "1000").start();
        try {
            Program.shell(folder, launch("", "attach --prefix x " + jvm.pid())).await();
            change();
            run();
            assertEquals(2, copies());
        } finally {
            jvm.destroyForcibly().waitFor();
        }
        change();
        run();
        assertEquals(1, copies());
    }

    @Test
    void aBuildThatFailsLeavesTheOneBefore() throws IOException, InterruptedException {
        go();
        run();
        change();
        Files.createFile(home.resolve("broken"));
        Program.Ended failed = run();
        assertEquals(1, failed.exitCode(), failed::toString);
        assertEquals("", failed.out());
        assertTrue(failed.err().contains("the build failed"), failed::toString);
        assertTrue(failed.err().contains("pom.xml does not compile"), failed::toString);
        assertTrue(failed.err().endsWith("OBSERVATORY_BUILD=off runs it\n"), failed::toString);
        try (Program before = start("OBSERVATORY_BUILD=off")) {
            Program.Ended ended = before.await();
            assertEquals("build 1\n", ended.out());
            assertEquals("", ended.err());
        }
    }

    @Test
    void whereMavenFailsForAnotherReasonThanTheSourcesTheOldBuildRunsWithAWord()
            throws IOException, InterruptedException {
        go();
        run();
        change();
        Files.createFile(home.resolve("cut-off"));
        Program.Ended ended = run();
        assertEquals("build 1\n", ended.out());
        assertTrue(
                ended.err()
                        .endsWith(
                                "observatory: this build is older than pom.xml, and the build failed: [ERROR] Could not"
                                        + " transfer artifact; it runs all the same\n"),
                ended::toString);
        assertEquals(0, ended.exitCode());
    }

    @Test
    void whereThereIsNoMavenTheOldBuildRunsWithAWord() throws IOException, InterruptedException {
        go();
        run();
        change();
        try (Program program = start("PATH=" + pathWithoutMaven())) {
            Program.Ended ended = program.await();
            assertEquals("build 1\n", ended.out());
            assertEquals(
                    "observatory: this build is older than pom.xml, and building needs Maven 3.8.7 or newer:"
                            + " install it (on Debian: apt install maven); it runs all the same\n",
                    ended.err());
        }
    }

    @Test
    void nothingIsBuiltUnderAMavenThatSomebodyRuns() throws IOException, InterruptedException {
        go();
        run();
        change();
        script("bin/other", "echo at work; read -r line");
        try (Program maven = Program.shell(
                folder, folder + "/bin/other -Dmaven.multiModuleProjectDirectory=" + home + " main < <(sleep 1000)")) {
            maven.await("it is at work", () -> maven.printed().equals("at work\n"));
            Program.Ended ended = run();
            assertEquals("build 1\n", ended.out());
            assertTrue(ended.err().contains("Maven is at work here (process "), ended::toString);
        }
        assertEquals("build 2\n", run().out());
    }

    private Program.Ended run() throws IOException, InterruptedException {
        try (Program program = start("")) {
            return program.await();
        }
    }

    private Program start(String environment) throws IOException {
        return Program.shell(folder, launch(environment, "--version"));
    }

    private String launch(String environment, String arguments) {
        return "export PATH=" + folder + "/bin:$PATH JAVA_HOME=" + folder + "/jdk OBSERVATORY_START_CACHE=off"
                + " OBSERVATORY_BUILD=on " + environment + "; exec " + home + "/observatory " + arguments;
    }

    private long copies() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("cli/target/builds"))) {
            return files.filter(Files::isDirectory).count();
        }
    }

    /** A later time than that of any build so far. */
    private void change() throws IOException {
        Files.writeString(home.resolve("pom.xml"), "changed");
    }

    /** A folder with all that the launcher calls but Maven, which may lie in the same folder as those. */
    private Path pathWithoutMaven() throws IOException {
        Path tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : List.of(
                "bash",
                "env",
                "ps",
                "dirname",
                "readlink",
                "sed",
                "find",
                "stat",
                "cksum",
                "tr",
                "mkdir",
                "rm",
                "cp",
                "ln",
                "mv",
                "flock",
                "wc",
                "sleep",
                "stty")) {
            Path found = Stream.of(System.getenv("PATH").split(":"))
                    .map(place -> Path.of(place, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + tool + " on the PATH"));
            Files.createSymbolicLink(tools.resolve(tool), found);
        }
        return tools;
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
