package observatory.cli.alerts;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import observatory.analysis.alert.AlertStore;
import observatory.cli.Console;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Observatory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** What is told to people, and how to have it told elsewhere or not at all. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Alerts: list what fires, silence it, or try a receiver. `watch` sends them.",
        subcommands = {AlertsListCommand.class, AlertsSilenceCommand.class, AlertsTestCommand.class})
public final class AlertsCommand implements Runnable {
    @ParentCommand
    private Observatory parent;

    @picocli.CommandLine.Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    Console console() {
        return parent.console();
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** Where alerting keeps its state below a data directory. */
    public static Path database(Path dataDirectory) {
        return dataDirectory.resolve("alerts.db");
    }

    /** The state of alerting, which exists once `watch` has run with `--alerts`. */
    static AlertStore open(Path dataDirectory) {
        Path file = database(dataDirectory);
        if (!Files.exists(file)) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "no alerts were ever watched for in " + dataDirectory
                            + "; run `observatory watch --alerts FILE`, or name its data directory with --data-dir");
        }
        try {
            return new AlertStore(file);
        } catch (SQLException e) {
            throw new Failure(ExitCode.CONFIGURATION, "cannot open " + file + ": " + e.getMessage(), e);
        }
    }
}
