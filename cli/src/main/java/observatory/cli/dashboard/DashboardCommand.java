package observatory.cli.dashboard;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import observatory.analysis.log.LogFormat;
import observatory.cli.ClusterOptions;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.FormatOption;
import observatory.cli.LogFile;
import observatory.cli.Observatory;
import observatory.cli.OperatorKey;
import observatory.cli.Readable;
import observatory.cli.StateDirectory;
import observatory.probe.RunId;
import observatory.stream.Runs;
import observatory.stream.cluster.Connection;
import observatory.ui.DeepLink;
import observatory.ui.DesktopWindow;
import observatory.ui.Source;
import observatory.ui.Workbench;
import observatory.ui.frame.Control;
import observatory.ui.source.LiveSource;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Opens the window on logs, or on a run of a broker. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Open the window on spike logs, on logs that `postmortem` reads, or on a run of a broker.")
public final class DashboardCommand implements Callable<Integer> {
    @ParentCommand
    private Observatory parent;

    @Parameters(paramLabel = "PATH", arity = "0..*", description = "Logs to open.")
    private List<Path> paths = List.of();

    @Option(
            names = "--format",
            paramLabel = "NAME",
            converter = FormatOption.class,
            completionCandidates = FormatOption.class,
            description = "Their format, where the content does not tell.")
    private LogFormat format;

    @Option(names = "--run", paramLabel = "R", description = "The run to watch; the newest unless given.")
    private String run;

    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--link",
            paramLabel = "URI",
            description = "Where to go: observatory://run/NAME?step=N&view=SCREEN.")
    private String link;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Ask for control: the private key that signs commands (`observatory keys`).")
    private Path key;

    @Option(
            names = "--operator",
            paramLabel = "NAME",
            description = "Whose key it is, in the audit (the name in FILE.pub).")
    private String operator;

    @Override
    public Integer call() throws InterruptedException {
        DeepLink to = link == null ? null : DeepLink.parse(link);
        Optional<OperatorKey> signing = Optional.ofNullable(key).map(file -> OperatorKey.read(file, operator));
        for (Path path : paths) {
            Readable.INPUT.check("log", path);
        }
        if (!DesktopWindow.possible(System.getenv(), System.getProperty("os.name"))) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the window needs a display, and DISPLAY is not set; `observatory postmortem` reports without one");
        }
        StateDirectory state = StateDirectory.open(cluster.dataDirectory(), System.getenv());
        LogFile.use(state.log());
        DesktopWindow.prepare(); // beside what the broker is asked
        List<Source> sources = new ArrayList<>();
        paths.forEach(path -> sources.add(Opening.tape(path, Optional.ofNullable(format))));
        if (paths.isEmpty() || run != null || cluster.named()) {
            sources.add(live(to));
        }
        Workbench bench = new Workbench(sources.getFirst());
        sources.stream().skip(1).forEach(bench.sources()::add);
        DesktopWindow window = open(bench, state, signing);
        if (to != null) {
            window.follow(to);
        }
        window.awaitClosed();
        return ExitCode.OK;
    }

    private DesktopWindow open(Workbench bench, StateDirectory state, Optional<OperatorKey> signing) {
        Optional<Control> control = signing.map(own -> SignedControl.of(cluster.connection(), cluster.topics(), own));
        try {
            return DesktopWindow.open(bench, Opening.outside(state, cluster, cluster::find, control));
        } catch (IllegalStateException e) {
            throw new Failure(ExitCode.CONFIGURATION, e.getMessage(), e);
        }
    }

    private Source live(DeepLink to) {
        Connection connection = cluster.connection();
        RunId chosen = run != null ? new RunId(run) : to != null ? to.run() : newest(connection);
        return new LiveSource(connection, cluster.topics(), chosen, InstantSource.system());
    }

    private RunId newest(Connection connection) {
        try {
            return Runs.list(connection, cluster.topics()).stream()
                    .max(Comparator.comparing(each -> each.started().orElse(Instant.EPOCH)))
                    .map(each -> new RunId(each.run()))
                    .orElseThrow(() -> new Failure(
                            ExitCode.CANNOT_CONNECT,
                            "the broker " + connection.bootstrap() + " has seen no run yet; start one"));
        } catch (KafkaException e) {
            throw ClusterOptions.failure(e, connection);
        }
    }
}
