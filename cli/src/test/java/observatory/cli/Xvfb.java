package observatory.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A display that nobody sees, with a number of its own, for as long as a test needs it. */
public final class Xvfb implements AutoCloseable {
    private final Process server;
    private final String display;

    private Xvfb(Process server, String display) {
        this.server = server;
        this.display = display;
    }

    /** Empty where the program is not installed. */
    public static Optional<Xvfb> start(int width, int height) throws IOException {
        boolean installed = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "Xvfb")));
        if (!installed) {
            return Optional.empty();
        }
        // It picks a free number by itself and tells it on the stream it is given.
        Process server = new ProcessBuilder(
                        "Xvfb", "-displayfd", "1", "-screen", "0", width + "x" + height + "x24", "-nolisten", "tcp")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader out = server.inputReader();
        String number = out.readLine();
        if (number == null) {
            server.destroy();
            throw new IOException("Xvfb ended without a display");
        }
        return Optional.of(new Xvfb(server, ":" + number.strip()));
    }

    public String display() {
        return display;
    }

    @Override
    public void close() {
        server.destroy();
        try {
            server.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
