package observatory.cli.probes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import observatory.cli.Console;
import observatory.cli.ExitCode;
import observatory.cli.Observatory;
import observatory.probe.BatchProbe;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.StepProbe;
import observatory.probe.builtin.Probes;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The probes there are, and changes to those of a run that trains. */
@Command(
        mixinStandardHelpOptions = true,
        description = "List the probes, what they measure and where; change those of a run that trains.",
        subcommands = {ProbesAddCommand.class, ProbesRemoveCommand.class, ProbesProfileCommand.class})
public final class ProbesCommand implements Callable<Integer> {
    @ParentCommand
    private Observatory parent;

    @Override
    public Integer call() throws JsonProcessingException {
        return list(false);
    }

    @Command(mixinStandardHelpOptions = true, description = "List the probes, what they measure and where.")
    int list(@Option(names = "--json", description = "One JSON document on standard output.") boolean json)
            throws JsonProcessingException {
        if (json) {
            ArrayNode all = Json.mapper().createArrayNode();
            Probes.catalogue().forEach(entry -> describe(entry, all.addObject()));
            console().result(Json.mapper().writeValueAsString(all));
            return ExitCode.OK;
        }
        for (Probes.Entry entry : Probes.catalogue()) {
            console()
                    .result("%s  (%s, every %s)"
                            .formatted(entry.name(), entry.pack().label(), steps(entry)));
            for (Metric metric : entry.metrics()) {
                console().result("    %-28s %-10s %s".formatted(metric.name(), metric.unit(), metric.tells()));
            }
            console().result("    at " + places(entry));
        }
        return ExitCode.OK;
    }

    Console console() {
        return parent.console();
    }

    private static void describe(Probes.Entry entry, ObjectNode node) {
        node.put("probe", entry.name())
                .put("pack", entry.pack().label())
                .put("every", entry.usual().every())
                .put("at", places(entry));
        ArrayNode metrics = node.putArray("metrics");
        for (Metric metric : entry.metrics()) {
            metrics.addObject()
                    .put("name", metric.name())
                    .put("unit", metric.unit())
                    .put("tells", metric.tells());
        }
    }

    private static String steps(Probes.Entry entry) {
        int every = entry.usual().every();
        return every == 1 ? "step" : every + " steps";
    }

    private static String places(Probes.Entry entry) {
        return switch (entry.probe()) {
            case Probe<?> probe ->
                probe.hooks().stream().sorted().map(Hook::label).collect(Collectors.joining(", "));
            case BatchProbe _ -> "the tokens of the batch";
            case StepProbe _ -> "the step";
        };
    }
}
