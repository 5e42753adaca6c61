package observatory.cli.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import observatory.cli.ClusterOptions;
import observatory.cli.Console;
import observatory.cli.Control;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Interrupt;
import observatory.cli.LogFile;
import observatory.cli.Observatory;
import observatory.cli.Port;
import observatory.cli.StateDirectory;
import observatory.probe.NearestName;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.stream.cluster.BrokerFolder;
import observatory.stream.cluster.Connection;
import observatory.trainer.checkpoint.CheckpointRing;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Trains a model of any spec, watched as a demo is, or writing to the brokers that are named. */
@Command(
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        sortOptions = false,
        description =
                "Train a model with probes on this machine's GPU or CPU, watched through a broker inside or a named one.")
public final class TrainCommand implements Callable<Integer> {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    @ParentCommand
    private Observatory parent;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec command;

    @Mixin
    private TrainOptions options;

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--port", paramLabel = "P", defaultValue = "0", description = "Of the broker inside; any free one.")
    private int port;

    @Option(names = "--json", description = "One JSON document on standard output at the end.")
    private boolean json;

    @Option(names = "--quiet", description = "No progress.")
    private boolean quiet;

    @Option(
            names = "--metrics-port",
            paramLabel = "P",
            description = "Answer Prometheus at 127.0.0.1:P/metrics; 0 for any free port. Where a broker runs already.")
    private Integer metricsPort;

    @Override
    public Integer call() throws Exception {
        checkOnce();
        if (options.spec != null) {
            readSpec();
        }
        Port.check(port, "--port");
        Optional<Connection> broker = cluster.find();
        if (broker.isEmpty() && metricsPort != null) {
            throw Failure.usage("--metrics-port is for a run that sends to a broker of others, and none is named: add"
                    + " --bootstrap, or scrape `observatory watch`");
        }
        // Checked before anything is written, the data directory included.
        Path all = cluster.dataDirectory().resolve("checkpoints");
        Optional<String> resumed = resumed(all);
        RunId run = new RunId(resumed.orElseGet(() -> options.run.name != null
                ? options.run.name
                : "train-" + LocalDateTime.now().format(STAMP) + "-" + options.loop.seed));
        Path own = all.resolve(run.value());
        if (resumed.isEmpty() && Files.exists(own)) {
            throw Failure.usage("there is a run " + run.value() + " already, in " + all + "; "
                    + (new CheckpointRing(own, 1).all().isEmpty()
                            ? "it has no checkpoint to go on from: "
                            : "go on with it by --resume " + own + ", or ")
                    + "choose another --run");
        }
        if (resumed.isPresent()) {
            RunSession.checkFree(run, own);
        }
        Control control = options.control.control();
        RunPlan plan = TrainPlan.of(options, Optional.of(own));
        StateDirectory state = StateDirectory.open(cluster.dataDirectory(), System.getenv());
        LogFile.use(state.log());
        Console console = parent.console();
        // Taken before the run begins: what is refused then has taken no name and sent nothing.
        try (Interrupt interrupt = Interrupt.listen();
                BrokerFolder folder = broker.isPresent() ? null : state.takeBroker();
                RunSession session = RunSession.begin(run, own)) {
            if (!quiet) {
                plan.announce(console);
            }
            if (resumed.isPresent()) {
                goOn(plan, session.origin());
            }
            return broker.isPresent()
                    ? new Sending(plan, state, cluster.topics(), control, console, interrupt)
                            .run(session.origin(), broker.get(), new Sending.Told(json, quiet, metricsPort))
                    : watched(session.origin(), plan, state, folder, control, interrupt);
        }
    }

    /** The run of this data directory that goes on; empty for a new one, which a checkpoint under another name is. */
    private Optional<String> resumed(Path all) throws IOException {
        if (options.run.resume == null) {
            return Optional.empty();
        }
        return RunSession.folderOf(options.run.resume, all)
                .map(folder -> folder.getFileName().toString())
                .filter(name -> options.run.name == null || options.run.name.equals(name));
    }

    /** Drops what lies beyond the step the run goes on from, as a rewind does: it takes another course. */
    private void goOn(RunPlan plan, Origin origin) throws IOException {
        long after = plan.resume().orElseThrow().state().step();
        plan.checkpoints().orElseThrow().ring().dropAfter(after);
        if (!quiet) {
            parent.console()
                    .say(origin.run().value() + " goes on after step " + after + ", as incarnation "
                            + origin.incarnation());
        }
    }

    private int watched(
            Origin origin,
            RunPlan plan,
            StateDirectory state,
            BrokerFolder folder,
            Control control,
            Interrupt interrupt)
            throws Exception {
        Console console = parent.console();
        List<View> views = new ArrayList<>();
        if (!quiet) {
            views.add(new TerminalView(console));
        }
        DemoResult result = new Demo(plan, state, folder, port, views, interrupt, control).run(origin);
        console.result(json ? result.json() : result.text());
        if (result.interrupted()) {
            return ExitCode.INTERRUPTED;
        }
        if (!result.complete()) {
            console.error("not everything came back from the broker in time; see " + state.log());
            return ExitCode.INTERNAL;
        }
        return ExitCode.OK;
    }

    /** An option that comes again would begin its group anew, and what was typed before in that group would be lost. */
    private void checkOnce() {
        Set<String> seen = new HashSet<>();
        for (String typed : command.root().commandLine().getParseResult().originalArgs()) {
            OptionSpec option = command.findOption(name(typed));
            if (option != null && !option.isMultiValue() && !seen.add(option.longestName())) {
                throw Failure.usage(option.longestName() + " stands twice; leave one of them out");
            }
        }
    }

    /** Reads the command line again, with those options of the file that were not typed before it. */
    private void readSpec() {
        List<String> typed = command.root().commandLine().getParseResult().originalArgs();
        Set<String> names = typed.stream().map(TrainCommand::name).collect(Collectors.toSet());
        int own = typed.indexOf(command.name()) + 1;
        List<String> all = new ArrayList<>(typed.subList(0, own));
        List<String> given = SpecFile.arguments(options.spec);
        given.forEach(argument -> checkKnown(name(argument)));
        given.stream().filter(argument -> !names.contains(name(argument))).forEach(all::add);
        all.addAll(typed.subList(own, typed.size()));
        try {
            CommandLine again = Observatory.commandLine();
            TrainCommand read = (TrainCommand) again.parseArgs(all.toArray(String[]::new))
                    .subcommand()
                    .commandSpec()
                    .userObject();
            options = read.options;
            cluster = read.cluster;
            port = read.port;
            json = read.json;
            quiet = read.quiet;
            metricsPort = read.metricsPort;
        } catch (CommandLine.ParameterException e) {
            throw new Failure(ExitCode.USAGE, "in the spec " + options.spec + ": " + Observatory.line(e), e);
        }
    }

    private void checkKnown(String option) {
        if (command.findOption(option) == null) {
            List<String> known = command.options().stream()
                    .map(one -> one.longestName().substring(2))
                    .toList();
            String name = option.substring(2);
            throw Failure.usage("in the spec " + options.spec + ": there is no option " + name
                    + NearestName.question(name, known) + " `observatory train --help` lists all");
        }
    }

    /** An option without its value. */
    private static String name(String argument) {
        return argument.replaceFirst("=.*", "");
    }
}
