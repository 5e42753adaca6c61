package observatory.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Prints the completion script for bash and zsh. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Print the completion script for bash and zsh: source <(observatory completion)")
final class CompletionCommand implements Callable<Integer> {
    @ParentCommand
    private Observatory parent;

    @Override
    public Integer call() {
        parent.console().result(AutoComplete.bash("observatory", Observatory.commandLine()));
        return ExitCode.OK;
    }
}
