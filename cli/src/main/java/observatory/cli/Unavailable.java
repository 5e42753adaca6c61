package observatory.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** A command whose part of the program does not exist yet: it says so in one line and ends with 69. */
@Command(mixinStandardHelpOptions = true)
final class Unavailable implements Callable<Integer> {
    @Spec
    private CommandLine.Model.CommandSpec spec;

    @ParentCommand
    private Observatory parent;

    @Unmatched
    private List<String> ignored;

    private final String what;
    private final String instead;

    Unavailable(String what, String instead) {
        this.what = what;
        this.instead = instead;
    }

    /** The command, with its purpose as description. */
    CommandLine command() {
        CommandLine command = new CommandLine(this);
        command.getCommandSpec().usageMessage().description(what + " (not available yet)");
        return command;
    }

    @Override
    public Integer call() {
        String purpose = Character.toLowerCase(what.charAt(0)) + what.substring(1);
        parent.console().error("`observatory " + spec.name() + "` is not available yet: " + purpose + "; " + instead);
        return ExitCode.UNAVAILABLE;
    }
}
