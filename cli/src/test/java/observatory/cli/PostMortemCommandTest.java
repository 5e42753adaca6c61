package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class PostMortemCommandTest {
    @TempDir
    Path folder;

    private Path log;

    private record Ran(int exitCode, String out) {}

    @BeforeEach
    void log() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int step = 1; step <= 120; step++) {
            lines.append(
                    "s:%d trl:%s lr:0.1 norm:1.0%n".formatted(step, step == 100 ? "nan" : "3.%03d".formatted(step)));
        }
        log = Files.writeString(folder.resolve("main.log"), lines);
    }

    @Test
    void everyFormOfTheReportIsWritten() throws IOException {
        Ran ran =
                run("postmortem", log.toString(), "--html", at("a.html"), "--pdf", at("a.pdf"), "--png", at("charts"));
        assertEquals(ExitCode.OK, ran.exitCode());
        assertTrue(ran.out().contains("non finite"), ran::out);
        assertTrue(Files.readString(folder.resolve("a.html")).contains("</html>"));
        assertTrue(Files.readString(folder.resolve("a.pdf"), StandardCharsets.ISO_8859_1)
                .startsWith("%PDF-"));
        assertTrue(Files.size(folder.resolve("charts/loss.png")) > 1_000);
        assertTrue(Files.size(folder.resolve("charts/timeline.png")) > 1_000);
    }

    @Test
    void scriptsCanFailOnAnIncident() {
        assertEquals(
                ExitCode.FINDINGS,
                run("postmortem", log.toString(), "--fail-on", "critical").exitCode());
        assertEquals(ExitCode.OK, run("postmortem", log.toString()).exitCode());
    }

    @Test
    void whatCameBeforeDamageIsReportedAndTheDamageIsToldByTheExitCode() throws IOException {
        StringBuilder state = new StringBuilder("{\"log_history\": [");
        for (int step = 1; step <= 50; step++) {
            state.append("{\"loss\": 2.5, \"step\": %d}, ".formatted(10 * step));
        }
        Path damaged = Files.writeString(folder.resolve("trainer_state.json"), state + "\u0007\u0007 \"step\"}]}");
        Ran ran = run("postmortem", damaged.toString(), "--json");
        assertEquals(ExitCode.CORRUPT_INPUT, ran.exitCode());
        assertTrue(ran.out().contains("\"count\":50"), ran::out);
        Path growing = Files.writeString(folder.resolve("growing.json"), state);
        assertEquals(
                ExitCode.OK, run("postmortem", growing.toString(), "--json").exitCode(), "still being written");
    }

    @Test
    void aReportThatCannotBeWrittenIsNamed() {
        Ran ran = run("postmortem", log.toString(), "--html", at("no/such/folder/a.html"));
        assertEquals(ExitCode.CONFIGURATION, ran.exitCode());
    }

    @Test
    void tailPrintsFramesAsJsonLines() {
        Ran ran = run("tail", log.toString(), "--once", "--jsonl", "--run", "mine");
        assertEquals(ExitCode.OK, ran.exitCode());
        assertEquals(122, ran.out().lines().count(), "the beginning of the run, its steps, and that it is let go of");
        assertTrue(ran.out().lines().skip(1).allMatch(line -> line.contains("\"run\":\"mine\"")), ran::out);
        assertTrue(ran.out().contains("\"loss\":\"NaN\""), ran::out);
        assertFalse(ran.out().contains("null"), ran::out);
    }

    @Test
    void progressIsALineForEveryTenthWhereNobodyCanSeeABar() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(System.out, new PrintStream(err, true), false, Colours.NONE, Colours.NONE);
        long[] now = {0};
        ReadingProgress progress = new ReadingProgress(console, "big.log", () -> now[0]);
        for (int done = 0; done <= 1_000; done++) {
            now[0] += 10_000_000; // the first second is silent
            progress.at(done, 1_000);
        }
        assertEquals("reading big.log: 9 %", err.toString().lines().findFirst().orElseThrow());
        assertEquals(11, err.toString().lines().count(), err::toString);
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private static Ran run(String... arguments) {
        PrintStream before = System.out;
        PrintStream errorsBefore = System.err;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new ByteArrayOutputStream(), true));
        try {
            return new Ran(Observatory.run(arguments), out.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
            System.setErr(errorsBefore);
        }
    }
}
