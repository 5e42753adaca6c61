package observatory.cli.probes;

import java.time.Duration;
import java.util.concurrent.Callable;
import observatory.cli.Failure;
import observatory.cli.TimeSpan;
import observatory.probe.NearestName;
import observatory.probe.ProbeCommand;
import observatory.probe.Schedule;
import observatory.probe.builtin.Probes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** One more probe for a run that trains, for a while. */
@Command(name = "add", mixinStandardHelpOptions = true, description = "Add a probe to a run that trains, for a while.")
final class ProbesAddCommand implements Callable<Integer> {
    @ParentCommand
    private ProbesCommand parent;

    @Mixin
    private Giving giving;

    @Parameters(paramLabel = "PROBE", description = "Its name, as `observatory probes list` has it.")
    private String probe;

    @Option(
            names = "--every",
            paramLabel = "N",
            defaultValue = "1",
            description = "Due at every N-th step (${DEFAULT-VALUE}).")
    private int every;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = TimeSpan.class,
            description = "After this time it is taken out again (${DEFAULT-VALUE}).")
    private Duration timeToLive;

    @Override
    public Integer call() {
        if (every < 1) {
            throw Failure.usage("a probe is due at every step (--every 1) or more rarely: --every " + every);
        }
        Schedule schedule = Schedule.everySteps(every);
        if (Probes.CATALOGUE.find(probe, schedule).isEmpty()) {
            throw Failure.usage(NearestName.refusal(probe, Probes.CATALOGUE.names()));
        }
        return giving.give(new ProbeCommand.Add(probe, schedule, timeToLive), parent.console());
    }
}
