package observatory.cli.probes;

import java.time.Duration;
import java.util.concurrent.Callable;
import observatory.cli.TimeSpan;
import observatory.cli.Words;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Another pack for a run that trains, for a while. */
@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        description = "Give a run that trains another pack of probes, for a while.")
final class ProbesProfileCommand implements Callable<Integer> {
    @ParentCommand
    private ProbesCommand parent;

    @Mixin
    private Giving giving;

    @Parameters(
            arity = "0..1",
            paramLabel = "PACK",
            defaultValue = "profile",
            completionCandidates = Words.Packs.class,
            description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private Pack pack;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = TimeSpan.class,
            description = "After this time the pack it had comes back (${DEFAULT-VALUE}).")
    private Duration timeToLive;

    @Override
    public Integer call() {
        return giving.give(new ProbeCommand.Profile(pack, timeToLive), parent.console());
    }
}
