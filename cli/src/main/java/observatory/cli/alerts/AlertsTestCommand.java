package observatory.cli.alerts;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import observatory.analysis.alert.AlertConfig;
import observatory.analysis.alert.Outcome;
import observatory.analysis.alert.TestAlert;
import observatory.cli.Console;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Readable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Tells a made-up alert to receivers, once, and says what became of it. */
@Command(name = "test", mixinStandardHelpOptions = true, description = "Send a test alert to the configured receivers.")
public final class AlertsTestCommand implements Callable<Integer> {
    @ParentCommand
    private AlertsCommand parent;

    @Option(names = "--alerts", required = true, paramLabel = "FILE", description = "The receivers (docs/alerts.md).")
    private Path file;

    @Parameters(
            paramLabel = "RECEIVER",
            arity = "0..*",
            description = "Names of receivers; all of them if none is given.")
    private List<String> names;

    @Override
    public Integer call() {
        AlertConfig config = read(file, parent.console());
        List<String> known =
                config.receivers().stream().map(AlertConfig.Configured::name).toList();
        for (String name : names == null ? known : names) {
            if (!known.contains(name)) {
                throw Failure.usage(file + " has no receiver " + name + "; there are " + String.join(", ", known));
            }
        }
        List<AlertConfig.Configured> wanted = config.receivers().stream()
                .filter(one -> names == null || names.contains(one.name()))
                .toList();
        boolean all = true;
        for (AlertConfig.Configured one : wanted) {
            String became = switch (one.receiver().tell(TestAlert.notification(Instant.now()))) {
                case Outcome.Delivered _ -> "told";
                case Outcome.Later later -> "not told: " + later.reason();
                case Outcome.Refused refused -> "refused: " + refused.reason();
            };
            all &= became.equals("told");
            parent.console().result("%-20s %s".formatted(one.name(), became));
        }
        return all ? ExitCode.OK : ExitCode.CANNOT_CONNECT;
    }

    /** The receivers of a file; a mistake in it is one line and exit code 3. */
    public static AlertConfig read(Path file, Console console) {
        Readable.SETTINGS.checkFile("alerts file", file);
        try {
            return AlertConfig.read(file, AlertConfig.Means.standard(System.getenv(), console::say));
        } catch (IOException e) {
            throw Readable.SETTINGS.failed("alerts file", file, e);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.CONFIGURATION, e.getMessage(), e);
        }
    }
}
