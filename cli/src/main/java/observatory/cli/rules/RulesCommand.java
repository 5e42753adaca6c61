package observatory.cli.rules;

import observatory.cli.Console;
import observatory.cli.Observatory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The thresholds of the detectors. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Show the thresholds of the detectors, and try others on a log.",
        subcommands = {RulesListCommand.class, RulesTestCommand.class})
public final class RulesCommand implements Runnable {
    @ParentCommand
    private Observatory parent;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    Console console() {
        return parent.console();
    }
}
