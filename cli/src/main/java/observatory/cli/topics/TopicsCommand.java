package observatory.cli.topics;

import observatory.cli.Console;
import observatory.cli.Observatory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The topics of a cluster. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Create the topics of a cluster, and look after the records nobody could read.",
        subcommands = {TopicsCreateCommand.class, DeadLettersCommand.class})
public final class TopicsCommand implements Runnable {
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
