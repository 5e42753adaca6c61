package observatory.analysis.alert;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Tells by running a program: arguments as they are, no shell, the webhook's JSON on its standard input. Exit code 0 is
 * told, 75 (EX_TEMPFAIL) is later, everything else is refused. A program that takes more than ten seconds is ended.
 */
public final class CommandReceiver implements Receiver {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int TEMPORARY = 75;

    private final String name;
    private final List<String> command;
    private final Duration patience;

    public CommandReceiver(String name, List<String> command) {
        this(name, command, PATIENCE);
    }

    CommandReceiver(String name, List<String> command, Duration patience) {
        this.name = name;
        this.command = List.copyOf(command);
        this.patience = patience;
    }

    @Override
    public Outcome tell(Notification notification) {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return new Outcome.Refused(command.getFirst() + " cannot be run");
        }
        byte[] body = AlertJson.bytes(AlertJson.webhook(name, notification));
        // A program that reads nothing must not hold us at a full pipe.
        Thread feeder = Thread.ofVirtual().start(() -> feed(process, body));
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Outcome.Later(command.getFirst() + " took more than " + patience.toMillis() + " ms", SOON);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Later("interrupted", SOON);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            feeder.interrupt();
        }
        return switch (process.exitValue()) {
            case 0 -> new Outcome.Delivered();
            case TEMPORARY -> new Outcome.Later(command.getFirst() + " asked to be run again", SOON);
            default -> new Outcome.Refused(command.getFirst() + " ended with " + process.exitValue());
        };
    }

    private static void feed(Process process, byte[] body) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(body);
        } catch (IOException e) {
            // It closed its input without reading it all, as `true` does; its exit code says what it thinks of it.
            Thread.currentThread().interrupt();
        }
    }
}
