package observatory.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import observatory.stream.cluster.Connection;
import observatory.stream.doctor.Check;
import observatory.stream.doctor.Doctor;
import observatory.stream.spool.Leftovers;
import observatory.stream.wire.Json;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Checks the installation and the cluster, and says what to do about each failure. */
@Command(
        mixinStandardHelpOptions = true,
        description =
                "Check Java, disk, spools, display, GPU and cluster; say what to do about each thing that is not well.")
final class DoctorCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @ParentCommand
    private Observatory parent;

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--drain", description = "Send what killed runs left in their spools.")
    private boolean drain;

    @Option(
            names = "--redirect",
            description =
                    "With --drain: also what was meant for another cluster or other topics than those named here.")
    private boolean redirect;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (drain) {
            return drain();
        }
        if (redirect) {
            throw Failure.usage("--redirect says where --drain sends; give both, or neither");
        }
        Optional<Connection> connection = cluster.find();
        List<Check> checks = Doctor.examine(
                cluster.dataDirectory(), System.getenv(), connection, cluster.topics(), InstantSource.system());
        if (json) {
            parent.console().result(Json.mapper().writeValueAsString(checks));
        } else {
            checks.forEach(this::show);
            connection.ifPresent(
                    to -> parent.console().say("settings " + to.shown() + "; always " + Connection.ENFORCED));
        }
        return switch (Doctor.worst(checks)) {
            case OK, SKIPPED, WARNING -> ExitCode.OK;
            case CONFIGURATION -> ExitCode.CONFIGURATION;
            case CANNOT_CONNECT -> ExitCode.CANNOT_CONNECT;
            case DENIED -> ExitCode.DENIED;
        };
    }

    private void show(Check check) {
        String line = "%-15s %-14s %s".formatted(check.outcome().label(), check.name(), check.found());
        Colours colours = parent.console().ofResults();
        String next = check.next().isEmpty() ? "" : "\n" + " ".repeat(31) + "→ " + check.next();
        parent.console()
                .result(
                        switch (check.outcome()) {
                            case OK -> line;
                            case SKIPPED -> colours.dim(line);
                            case WARNING -> colours.yellow(line) + next;
                            case CONFIGURATION, CANNOT_CONNECT, DENIED -> colours.red(line) + next;
                        });
    }

    private int drain() throws IOException {
        Path spools = cluster.dataDirectory().resolve("spool");
        if (!Files.isDirectory(spools) || Leftovers.find(spools).isEmpty()) {
            parent.console().say("nothing was left in " + spools);
            return ExitCode.OK;
        }
        Connection connection = cluster.connection();
        try {
            Leftovers.Drained drained = Leftovers.drain(spools, connection, cluster.topics(), PATIENCE, redirect);
            parent.console()
                    .result(drained.delivered() + " items sent, " + drained.corrupt() + " damaged, " + drained.left()
                            + " left");
            if (!drained.elsewhere().isEmpty()) {
                parent.console().say(drained.elsewhere());
            }
            return drained.left() == 0 ? ExitCode.OK : ExitCode.CANNOT_CONNECT;
        } catch (KafkaException e) {
            throw ClusterOptions.failure(e, connection);
        }
    }
}
