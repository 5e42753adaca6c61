package observatory.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import observatory.stream.Runs;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.wire.Json;
import observatory.stream.wire.Manifest;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The runs a cluster or the data directory knows. */
@Command(
        mixinStandardHelpOptions = true,
        description = "List the runs, the newest last; or show one: what it trains, and what its restarts changed.")
final class RunsCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    @ParentCommand
    private Observatory parent;

    @Mixin
    private ClusterOptions cluster;

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "The run to show.")
    private String wanted;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Path root = cluster.dataDirectory();
        Optional<Connection> connection = cluster.find();
        List<Runs.Run> runs = connection.isPresent()
                ? list(connection.get())
                : Files.exists(root.resolve("broker")) ? fromDirectory(root) : List.of();
        if (wanted != null) {
            runs = runs.stream().filter(run -> run.run().equals(wanted)).toList();
            if (runs.isEmpty()) {
                throw Failure.usage("there is no run " + wanted + "; `observatory runs` lists those there are");
            }
        }
        Instant now = Instant.now();
        if (json) {
            parent.console().result(document(runs, now));
        } else if (runs.isEmpty()) {
            parent.console()
                    .say("no runs "
                            + connection.map(at -> "at " + at.bootstrap()).orElse("in " + root)
                            + "; `observatory demo` makes one");
        } else if (wanted != null) {
            show(runs, now);
        } else {
            parent.console()
                    .result("%-32s %-11s %-20s %-20s %8s  %s"
                            .formatted("run", "state", "started", "ended", "step", "what"));
            runs.forEach(run -> parent.console().result(line(run, now)));
        }
        return ExitCode.OK;
    }

    private List<Runs.Run> list(Connection connection) {
        try {
            return Runs.list(connection, cluster.topics());
        } catch (KafkaException e) {
            throw ClusterOptions.failure(e, connection);
        }
    }

    /** From a broker that runs just for this. */
    private List<Runs.Run> fromDirectory(Path root) throws InterruptedException {
        StateDirectory state = StateDirectory.open(root, System.getenv());
        LogFile.use(state.log());
        try (Broker broker = Broker.start(state.broker(), 0);
                Admin admin = Connection.to(broker.bootstrap()).admin()) {
            // A directory of an earlier version may lack some.
            cluster.topics().create(admin, 1);
            return list(Connection.to(broker.bootstrap()));
        } catch (IOException | ExecutionException e) {
            throw new Failure(ExitCode.CONFIGURATION, e.getMessage(), e);
        }
    }

    private void show(List<Runs.Run> incarnations, Instant now) {
        Manifest before = null;
        for (Runs.Run run : incarnations) {
            parent.console().result(line(run, now));
            run.reason()
                    .filter(reason -> !reason.equals(run.state(now).label()))
                    .ifPresent(reason -> parent.console().result("  ended: " + reason));
            Manifest manifest = Manifest.of(run.manifest());
            if (before == null) {
                manifest.configuration()
                        .forEach((name, value) -> parent.console().result("  " + name + " = " + value));
                manifest.ranks()
                        .forEach(at -> parent.console()
                                .result("  rank %d: data %d, tensor %d, pipeline %d, context %d, expert %d"
                                        .formatted(
                                                at.rank(),
                                                at.data(),
                                                at.tensor(),
                                                at.pipeline(),
                                                at.context(),
                                                at.expert())));
            } else {
                Manifest.differences(before, manifest)
                        .forEach(one ->
                                parent.console().result("  " + one.name() + ": " + one.before() + " → " + one.after()));
            }
            before = manifest;
        }
    }

    private static String line(Runs.Run run, Instant now) {
        String incarnation = run.incarnation() == 0 ? "" : "/" + run.incarnation();
        return "%-32s %-11s %-20s %-20s %8s  %s"
                .formatted(
                        run.run() + incarnation,
                        run.state(now).label(),
                        time(run.started()),
                        time(run.ended()),
                        run.lastStep().map(String::valueOf).orElse("-"),
                        what(run.manifest()));
    }

    /** What a run trains, in a few words, from the details of its start event, of which anything may be absent. */
    static String what(Map<String, String> details) {
        List<String> words = new ArrayList<>();
        words.add(details.getOrDefault("model", details.getOrDefault("framework", "")));
        words.add(details.getOrDefault("fault", ""));
        words.removeIf(String::isBlank);
        String what = String.join(" ", words);
        String world = details.getOrDefault("world", "1");
        String ranks = world.equals("1") || !world.matches("\\d{1,8}") ? "" : world + " ranks";
        return what.isEmpty() || ranks.isEmpty() ? what + ranks : what + ", " + ranks;
    }

    private static String time(Optional<Instant> time) {
        return time.map(at -> TIME.format(at.atZone(ZoneId.systemDefault()))).orElse("-");
    }

    private static String document(List<Runs.Run> runs, Instant now) throws IOException {
        ArrayNode list = Json.mapper().createArrayNode();
        for (Runs.Run run : runs) {
            ObjectNode node = list.addObject();
            node.put("run", run.run());
            node.put("incarnation", run.incarnation());
            node.put("state", run.state(now).label());
            node.put("started", run.started().map(Instant::toString).orElse(null));
            node.put("ended", run.ended().map(Instant::toString).orElse(null));
            node.put("reason", run.reason().orElse(null));
            node.put("lastSeen", run.lastSeen().map(Instant::toString).orElse(null));
            node.put("lastStep", run.lastStep().orElse(null));
            node.put("spooled", run.spooled());
            node.putPOJO("manifest", run.manifest());
        }
        return Json.mapper().writeValueAsString(list);
    }
}
