package observatory.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import observatory.stream.Broker;
import observatory.stream.Json;
import observatory.stream.Runs;
import observatory.stream.Topics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The runs that a broker's data knows. */
@Command(mixinStandardHelpOptions = true, description = "List the runs in the data directory, the newest last.")
final class RunsCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    @ParentCommand
    private Observatory parent;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the data lives (~/.local/state/observatory).")
    private Path dataDir;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Path root = dataDir != null ? dataDir : StateDirectory.standard(System.getenv());
        List<Runs.Run> runs = Files.exists(root.resolve("broker")) ? read(root) : List.of();
        if (json) {
            parent.console().result(document(runs));
        } else if (runs.isEmpty()) {
            parent.console().say("no runs in " + root + "; `observatory demo` makes one");
        } else {
            parent.console().result("%-32s %-20s %-20s %8s  %s".formatted("run", "started", "ended", "steps", "what"));
            runs.forEach(run -> parent.console().result(line(run)));
        }
        return ExitCode.OK;
    }

    /** From the broker that runs on the directory, or from one that runs just for this. */
    private List<Runs.Run> read(Path root) {
        StateDirectory state = StateDirectory.open(root, System.getenv());
        System.setProperty("observatory.log", state.log().toString());
        Optional<String> running = Broker.running(state.broker());
        if (running.isPresent()) {
            return Runs.list(running.get(), Topics.STANDARD);
        }
        try (Broker broker = Broker.start(state.broker(), 0)) {
            return Runs.list(broker.bootstrap(), Topics.STANDARD);
        } catch (IOException e) {
            throw new Failure(ExitCode.CONFIGURATION, e.getMessage(), e);
        }
    }

    private static String line(Runs.Run run) {
        return "%-32s %-20s %-20s %8s  %s"
                .formatted(
                        run.run(),
                        time(run.started()),
                        time(run.ended()),
                        run.lastStep().map(String::valueOf).orElse("-"),
                        run.manifest().getOrDefault("model", "") + " "
                                + run.manifest().getOrDefault("fault", ""));
    }

    private static String time(Optional<Instant> time) {
        return time.map(at -> TIME.format(at.atZone(ZoneId.systemDefault()))).orElse("-");
    }

    private static String document(List<Runs.Run> runs) throws IOException {
        ArrayNode list = Json.mapper().createArrayNode();
        for (Runs.Run run : runs) {
            ObjectNode node = list.addObject();
            node.put("run", run.run());
            node.put("incarnation", run.incarnation());
            node.put("started", run.started().map(Instant::toString).orElse(null));
            node.put("ended", run.ended().map(Instant::toString).orElse(null));
            node.put("lastStep", run.lastStep().orElse(null));
            node.putPOJO("manifest", run.manifest());
        }
        return Json.mapper().writeValueAsString(list);
    }
}
