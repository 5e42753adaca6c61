package observatory.cli.probes;

import java.time.Duration;
import java.util.concurrent.Callable;
import observatory.cli.Failure;
import observatory.cli.TimeSpan;
import observatory.probe.NearestName;
import observatory.probe.ProbeCommand;
import observatory.probe.builtin.Probes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A probe less for a run that trains, for a while. */
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description = "Take a probe out of a run that trains, for a while.")
final class ProbesRemoveCommand implements Callable<Integer> {
    @ParentCommand
    private ProbesCommand parent;

    @Mixin
    private Giving giving;

    @Parameters(paramLabel = "PROBE", description = "Its name, as `observatory probes list` has it.")
    private String probe;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = TimeSpan.class,
            description = "After this time it comes back (${DEFAULT-VALUE}).")
    private Duration timeToLive;

    @Override
    public Integer call() {
        if (!Probes.CATALOGUE.names().contains(probe)) {
            throw Failure.usage(NearestName.refusal(probe, Probes.CATALOGUE.names()));
        }
        return giving.give(new ProbeCommand.Remove(probe, timeToLive), parent.console());
    }
}
