package observatory.cli;

import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import observatory.probe.BatchProbe;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.StepProbe;
import observatory.probe.builtin.Probes;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** The probes there are. Changing those of a running trainer belongs to a later part and says so. */
@Command(mixinStandardHelpOptions = true, description = "List the probes, what they measure and where.")
final class ProbesCommand implements Callable<Integer> {
    @ParentCommand
    private Observatory parent;

    @Override
    public Integer call() {
        return list();
    }

    @Command(description = "List the probes, what they measure and where.")
    int list() {
        for (Probes.Entry entry : Probes.catalogue()) {
            Console console = parent.console();
            console.result(entry.name() + "  (" + entry.pack().label() + ")");
            for (Metric metric : entry.metrics()) {
                console.result("    %-14s %-10s %s".formatted(metric.name(), metric.unit(), metric.tells()));
            }
            console.result("    at " + places(entry));
        }
        return ExitCode.OK;
    }

    @Command(description = "Add a probe to a running trainer (not available yet).")
    int add() {
        return later("add");
    }

    @Command(description = "Remove a probe from a running trainer (not available yet).")
    int remove() {
        return later("remove");
    }

    @Command(description = "Change the pack of a running trainer (not available yet).")
    int profile() {
        return later("profile");
    }

    private int later(String verb) {
        parent.console()
                .error("`observatory probes " + verb
                        + "` is not available yet: probes of a running trainer are set when it"
                        + " starts; choose them with `demo --probes`");
        return ExitCode.UNAVAILABLE;
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
