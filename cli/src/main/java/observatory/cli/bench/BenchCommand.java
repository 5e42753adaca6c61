package observatory.cli.bench;

import observatory.cli.Console;
import observatory.cli.Observatory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Measurements a person can repeat: each prints what it measured and how. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Measure speed and overhead on this machine, and what models and detectors do.",
        subcommands = {
            BenchTrainerCommand.class,
            BenchCudaCommand.class,
            BenchConvergenceCommand.class,
            BenchDetectionCommand.class,
            BenchProbesCommand.class,
            BenchSpectrumCommand.class,
            BenchStreamCommand.class,
            BenchUiCommand.class,
            BenchVariantsCommand.class
        })
public final class BenchCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @CommandLine.ParentCommand
    private Observatory parent;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    Console console() {
        return parent.console();
    }
}
