package observatory.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import observatory.stream.control.Keys;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Keys of those who may give commands to runs. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Keys for signed commands to runs.",
        subcommands = KeysCommand.New.class)
final class KeysCommand implements Runnable {
    @ParentCommand
    private Observatory parent;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** Makes a key pair. */
    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            description = "Make an Ed25519 key pair: FILE for you alone (mode 0600), and FILE.pub for trainers.")
    static final class New implements Callable<Integer> {
        @ParentCommand
        private KeysCommand parent;

        @Parameters(paramLabel = "FILE", description = "Of the private key; never overwritten.")
        private Path file;

        @Option(names = "--name", paramLabel = "NAME", description = "Who you are in the audit (your user name).")
        private String name = System.getProperty("user.name");

        @Override
        public Integer call() {
            try {
                String line = Keys.create(file, name);
                parent.parent.console().result(line);
                parent.parent
                        .console()
                        .say("keep " + file + " to yourself; give a trainer the line above, also in "
                                + Keys.publicFile(file));
                return ExitCode.OK;
            } catch (FileAlreadyExistsException e) {
                throw new Failure(
                        ExitCode.CONFIGURATION,
                        e.getFile() + " exists, and keys are never overwritten; name another",
                        e);
            } catch (NoSuchFileException e) {
                throw new Failure(
                        ExitCode.CONFIGURATION,
                        "cannot write the key " + file + ": there is no folder "
                                + file.toAbsolutePath().getParent() + "; make it, or name another",
                        e);
            } catch (IOException e) {
                throw new Failure(ExitCode.CONFIGURATION, "cannot write the key " + file + ": " + e.getMessage(), e);
            }
        }
    }
}
