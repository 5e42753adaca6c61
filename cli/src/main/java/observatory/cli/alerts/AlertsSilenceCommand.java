package observatory.cli.alerts;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import observatory.analysis.alert.AlertStore;
import observatory.analysis.alert.Alerts;
import observatory.analysis.alert.Durations;
import observatory.analysis.alert.Silence;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.StateDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Keeps alerts from being told for a while. Alertmanager has silences of its own. */
@Command(
        name = "silence",
        mixinStandardHelpOptions = true,
        description =
                "Do not tell alerts with these labels for a while, or end a silence. An Alertmanager is told all the"
                        + " same: it has silences of its own.")
final class AlertsSilenceCommand implements Callable<Integer> {
    @ParentCommand
    private AlertsCommand parent;

    @Parameters(
            paramLabel = "LABEL=VALUE",
            arity = "0..*",
            description = "All must match: run=my-run alertname=LossSpike.")
    private Map<String, String> match;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "2h",
            description = "As 30m, 2h or 1d (${DEFAULT-VALUE}).")
    private String duration;

    @Option(names = "--comment", paramLabel = "TEXT", defaultValue = "", description = "Why.")
    private String comment;

    @Option(names = "--end", paramLabel = "ID", description = "End this silence.")
    private String ended;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "Of `watch` (~/.local/state/observatory).")
    private Path dataDir;

    @Override
    public Integer call() throws SQLException {
        Path root = dataDir != null ? dataDir : StateDirectory.standard(System.getenv());
        try (AlertStore store = AlertsCommand.open(root)) {
            if (ended != null && match != null) {
                throw Failure.usage("--end ends a silence and takes no label; begin the other in a call of its own");
            }
            if (ended != null) {
                if (!store.unsilence(ended, Instant.now())) {
                    throw Failure.usage("there is no silence " + ended + "; `observatory alerts list` shows them");
                }
                parent.console().say("silence " + ended + " has ended");
                return ExitCode.OK;
            }
            Duration length = Durations.parse(duration)
                    .filter(Duration::isPositive)
                    .orElseThrow(() -> Failure.usage("--for is a time as 30m, 2h or 1d, not " + duration));
            Map<String, String> labels = match == null ? Map.of() : match;
            labels.forEach((label, value) -> Alerts.unmatchable(label, value).ifPresent(reason -> {
                throw Failure.usage(label + "=" + value + " would silence nothing: " + reason);
            }));
            String id = UUID.randomUUID().toString().substring(0, 8);
            Instant until = Instant.now().plus(length).truncatedTo(ChronoUnit.SECONDS);
            store.silence(new Silence(id, labels, until, comment));
            parent.console().result(id);
            parent.console()
                    .say("silent until " + until + "; end it with `observatory alerts silence --end " + id + "`");
            return ExitCode.OK;
        }
    }
}
