package observatory.cli.attach;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import observatory.cli.ClusterOptions;
import observatory.cli.Console;
import observatory.cli.ControlOptions;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Interrupt;
import observatory.cli.LogFile;
import observatory.cli.Observatory;
import observatory.cli.StateDirectory;
import observatory.cli.Words;
import observatory.probe.Pack;
import observatory.stream.attach.AttachException;
import observatory.stream.attach.JvmAttach;
import observatory.stream.attach.Operators;
import observatory.stream.cluster.Connection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Watches a trainer in a JVM that was started without any setting of the observatory, and lets go of it again. */
@Command(
        mixinStandardHelpOptions = true,
        description = {
            "Watch a trainer that runs in another JVM, by its process id; without one, list the JVMs there are.",
            "The trainer goes on while its instruments get probes and send to the broker, until --detach. One that trains with"
                    + " the Deep Java Library (DJL) needs no instruments of its own.",
            "A Python program is watched from inside: --python says how, and puts the file for it where you want it."
        })
public final class AttachCommand implements Callable<Integer> {
    private static final long LOOK_MILLIS = 500;

    @ParentCommand
    private Observatory parent;

    @Parameters(arity = "0..1", paramLabel = "PID", description = "Process id of the JVM that trains.")
    private Long pid;

    @Option(names = "--detach", description = "Put the trainer's instruments back as they were.")
    private boolean detach;

    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--probes",
            paramLabel = "PACK",
            defaultValue = "continuous",
            completionCandidates = Words.Packs.class,
            description = "Which probes: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private Pack pack;

    @Mixin
    private ControlOptions control;

    @Option(
            names = "--python",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "PLACE",
            description =
                    "Print the lines that a PyTorch script needs, and copy observatory_torch.py to PLACE, a folder or"
                            + " a file, where one is given.")
    private String python;

    @Override
    public Integer call() throws InterruptedException {
        if (python != null || (pid != null && PythonWatch.is(pid))) {
            fromInside();
            return ExitCode.OK;
        }
        if (pid == null && detach) {
            throw Failure.usage("--detach needs the process id of the JVM; `observatory attach` lists them");
        }
        if (pid == null) {
            list();
            return ExitCode.OK;
        }
        JvmAttach jvm = new JvmAttach(pid);
        try {
            if (detach) {
                parent.console().result("detached from " + jvm.detach());
                return ExitCode.OK;
            }
            return attach(jvm);
        } catch (AttachException e) {
            throw new Failure(ExitCode.CANNOT_CONNECT, e.getMessage(), e);
        }
    }

    private int attach(JvmAttach jvm) throws AttachException, InterruptedException {
        Operators operators = control.operators();
        StateDirectory state = StateDirectory.open(cluster.dataDirectory(), System.getenv());
        Connection connection = cluster.connection();
        String bootstrap = connection.bootstrap();
        LogFile.use(state.log());
        try (Reach reach = Reach.of(connection, cluster.topics())) {
            String runs = jvm.attach(connection, cluster.topics(), state.spool(), pack, operators);
            parent.console().result("attached to " + runs + "; it sends to " + bootstrap);
            parent.console().say("`observatory attach --detach " + pid + "` puts it back as it was");
            String trouble = reach.trouble();
            if (trouble.isEmpty()) {
                return ExitCode.OK;
            }
            parent.console()
                    .say(trouble + "; the trainer goes on, what is measured waits in " + state.spool()
                            + " until the broker answers, and what waits when the trainer has ended"
                            + " is sent by `observatory doctor --drain`, given the same broker and data directory");
            return parent.console().interactive() ? await(reach, bootstrap) : ExitCode.OK;
        }
    }

    /** For who sits before a screen; a script goes on. */
    private int await(Reach reach, String bootstrap) throws InterruptedException {
        parent.console().say("waiting to tell when it answers; Ctrl-C ends that, and not the trainer");
        try (Interrupt interrupt = Interrupt.listen()) {
            while (!interrupt.requested()) {
                if (reach.trouble().isEmpty()) {
                    parent.console().say("the broker at " + bootstrap + " answers; what waited is on its way");
                    return ExitCode.OK;
                }
                Thread.sleep(LOOK_MILLIS);
            }
            return ExitCode.INTERRUPTED;
        }
    }

    private void fromInside() {
        Console console = parent.console();
        if (pid != null) {
            console.say("process " + pid + " is a Python program; it cannot be attached to, its script has to say so:");
        }
        PythonWatch.lines(pack).forEach(console::result);
        if (python == null || python.isEmpty()) {
            console.say("`observatory attach --python PLACE` copies " + PythonWatch.FILE + " beside your script");
        } else {
            console.say("copied to " + PythonWatch.copy(Path.of(python)));
        }
        console.say("then, on the same machine, `observatory relay` carries what it measures to the broker"
                + " (docs/pytorch.md)");
    }

    private void list() {
        List<JvmAttach.Jvm> all = JvmAttach.list();
        if (all.isEmpty()) {
            parent.console().say("no other JVM of this user runs here");
        }
        for (JvmAttach.Jvm jvm : all) {
            parent.console().result("%8d  %s".formatted(jvm.pid(), jvm.name()));
        }
    }
}
