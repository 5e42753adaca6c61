package observatory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The observatory command in a process of its own, started by the launcher as a person starts it. */
final class Program implements AutoCloseable {
    /** Far beyond what a loaded machine needs. */
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    private final List<String> command;
    private final Path out;
    private final Path err;
    private final Process process;

    /** How it ended. */
    record Ended(String command, int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }

        /** For a failed assertion: what was run, so that it can be run again, and what it said. */
        @Override
        public String toString() {
            return command + "\n-> exit code " + exitCode + "\nstdout:\n" + out + "\nstderr:\n" + err;
        }
    }

    private Program(Path scratch, List<String> command) throws IOException {
        this.command = command;
        this.out = Files.createTempFile(scratch, "out", ".txt");
        this.err = Files.createTempFile(scratch, "err", ".txt");
        // A shell that put the tests into the background has SIGINT ignored, which children inherit.
        ProcessBuilder builder =
                new ProcessBuilder(Stream.concat(Stream.of("env", "--default-signal=INT"), command.stream())
                        .toList());
        builder.environment().put("XDG_STATE_HOME", scratch.resolve("state").toString());
        builder.environment().remove("DISPLAY");
        // What Maven built is what these tests test, though a source be edited while they run.
        builder.environment().put("OBSERVATORY_BUILD", "off");
        builder.directory(home().toFile());
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        this.process =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    }

    /** Starts {@code observatory} with arguments; what it writes goes below {@code scratch}. */
    static Program start(Path scratch, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(home().resolve("observatory").toString()));
        command.addAll(List.of(arguments));
        return new Program(scratch, command);
    }

    /** Starts a line of shell in the project's top folder. */
    static Program shell(Path scratch, String line) throws IOException {
        return new Program(scratch, List.of("bash", "-c", line));
    }

    /** Runs {@code observatory} to its end. */
    static Ended run(Path scratch, String... arguments) throws IOException, InterruptedException {
        try (Program program = start(scratch, arguments)) {
            return program.await();
        }
    }

    Ended await() throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + PATIENCE + ": " + this);
        }
        return new Ended(String.join(" ", command), process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Waits until its standard error holds a text. */
    void awaitSaying(String text) {
        await("it says \"" + text + "\"", () -> said().contains(text));
    }

    /** Waits for a condition while the program runs. */
    void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new AssertionError("waited in vain until " + what + ": " + this);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** What it has written to standard output so far. */
    String printed() {
        return read(out);
    }

    private String said() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What Ctrl-C does: to the process and to all that it started. */
    void interrupt() throws IOException, InterruptedException {
        List<String> kill = new ArrayList<>(List.of("kill", "-INT", Long.toString(process.pid())));
        process.descendants().map(ProcessHandle::pid).map(String::valueOf).forEach(kill::add);
        new ProcessBuilder(kill).start().waitFor();
    }

    /** What kill -9 does: to the process, and not to what it started. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return String.join(" ", command) + "\nstderr so far:\n" + said();
    }

    static Path home() {
        String given = System.getProperty("observatory.home");
        return Path.of(given == null ? "../.." : given).toAbsolutePath().normalize();
    }
}
