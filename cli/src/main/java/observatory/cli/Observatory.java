package observatory.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import observatory.cli.alerts.AlertsCommand;
import observatory.cli.attach.AttachCommand;
import observatory.cli.bench.BenchCommand;
import observatory.cli.dashboard.DashboardCommand;
import observatory.cli.plan.PlanCommand;
import observatory.cli.probes.ProbesCommand;
import observatory.cli.replay.ReplayCommand;
import observatory.cli.rules.RulesCommand;
import observatory.cli.tail.TailCommand;
import observatory.cli.topics.TopicsCommand;
import observatory.cli.train.DemoCommand;
import observatory.cli.train.TrainCommand;
import observatory.cli.watch.WatchCommand;
import observatory.probe.NearestName;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code observatory} command: what it offers, and what becomes of an error. */
@Command(
        name = "observatory",
        mixinStandardHelpOptions = true,
        versionProvider = Observatory.Version.class,
        description = "Watches, judges and explains the training of large models.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:done",
            " 1:internal error (say --debug to see it)",
            " 2:wrong command line",
            " 3:configuration or data directory unusable",
            " 4:cannot connect",
            " 5:authentication or permission denied",
            " 6:input missing, unreadable, corrupt, or in no known format",
            " 7:findings at or above --fail-on",
            "130:interrupted",
            "141:nobody takes what is written"
        })
public final class Observatory implements Runnable {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces.")
    private boolean debug;

    @Option(names = "--no-color", scope = ScopeType.INHERIT, description = "No colour; NO_COLOR does the same.")
    private boolean noColour;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Console console;

    public static void main(String[] args) {
        Integer standardError = Integer.getInteger("observatory.stderr");
        if (standardError != null) {
            Terminal.moveToStandardError(standardError);
        }
        System.exit(run(args));
    }

    /** Numbers are written with points and plain digits, whatever the machine's language: files and programs read them. */
    static int run(String... args) {
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        CommandLine line = commandLine();
        HelpLayout.apply(line, System.getenv("COLUMNS"));
        return line.execute(args);
    }

    public static CommandLine commandLine() {
        Observatory observatory = new Observatory();
        CommandLine line = new CommandLine(observatory)
                .addSubcommand("demo", new DemoCommand())
                .addSubcommand("train", new TrainCommand())
                .addSubcommand("broker", new BrokerCommand())
                .addSubcommand("watch", new WatchCommand())
                .addSubcommand("dashboard", new DashboardCommand())
                .addSubcommand("probes", new ProbesCommand())
                .addSubcommand("attach", new AttachCommand())
                .addSubcommand("tail", new TailCommand())
                .addSubcommand("relay", new RelayCommand())
                .addSubcommand("postmortem", new PostMortemCommand())
                .addSubcommand("spectrum", new SpectrumCommand())
                .addSubcommand("replay", new ReplayCommand())
                .addSubcommand("plan", new PlanCommand())
                .addSubcommand("rules", new RulesCommand())
                .addSubcommand("alerts", new AlertsCommand())
                .addSubcommand("runs", new RunsCommand())
                .addSubcommand("topics", new TopicsCommand())
                .addSubcommand("keys", new KeysCommand())
                .addSubcommand("doctor", new DoctorCommand())
                .addSubcommand("bench", new BenchCommand())
                .addSubcommand("completion", new CompletionCommand());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((error, failed, parsed) -> observatory.failed(error));
        line.setParameterExceptionHandler(observatory::misused);
        return line;
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** The streams of this process; made at first use, when the options are known. */
    public Console console() {
        if (console == null) {
            boolean dumb = "dumb".equals(System.getenv("TERM"));
            String none = System.getenv("NO_COLOR");
            boolean colour = !dumb && !noColour && (none == null || none.isEmpty());
            boolean screen = Terminal.standardErrorIsOne();
            console = new Console(
                    System.out,
                    System.err,
                    !dumb && screen,
                    new Colours(colour && Terminal.standardOutputIsOne()),
                    new Colours(colour && screen));
        }
        return console;
    }

    private int failed(Exception error) {
        if (debug) {
            error.printStackTrace();
        }
        if (error instanceof Failure failure) {
            if (!failure.getMessage().isEmpty()) {
                console().error(failure.getMessage());
            }
            return failure.exitCode();
        }
        if (error instanceof IllegalArgumentException) {
            console().error(error.getMessage());
            return ExitCode.USAGE;
        }
        console()
                .error("internal error: " + error
                        + (debug ? "" : "; run again with --debug and report what it prints"));
        return ExitCode.INTERNAL;
    }

    private int misused(ParameterException error, String[] args) {
        String help = error.getCommandLine().getCommandSpec().qualifiedName() + " --help";
        error.getCommandLine()
                .getErr()
                .println("observatory: " + line(error)
                        + meant(error)
                                .map(likeliest -> "; did you mean " + likeliest + "? See " + help)
                                .orElse("; see " + help));
        if (debug) {
            error.printStackTrace();
        }
        return ExitCode.USAGE;
    }

    /** The likeliest of the words that might have stood where the wrong one stands. */
    private static Optional<String> meant(ParameterException error) {
        if (error instanceof UnmatchedArgumentException unmatched) {
            return unmatched.getSuggestions().stream().findFirst();
        }
        return error.getValue() == null
                ? Optional.empty()
                : NearestName.to(error.getValue().toLowerCase(Locale.ROOT), words(error.getArgSpec()));
    }

    /** What an option may be set to, where that is one of some words. */
    private static List<String> words(ArgSpec arg) {
        List<String> words = new ArrayList<>();
        if (arg != null && arg.completionCandidates() != null) {
            arg.completionCandidates().forEach(words::add);
        }
        return words;
    }

    /** What is wrong, in one line. */
    public static String line(ParameterException error) {
        if (error instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().getFirst();
            if (unmatched.isUnknownOption()) {
                return "there is no option " + first;
            }
            CommandLine command = error.getCommandLine();
            return command.getSubcommands().isEmpty()
                    ? "this is more than it takes: " + first
                    : "there is no command " + command.getCommandSpec().qualifiedName() + " " + first;
        }
        return error.getMessage()
                .replace('\n', ' ')
                .replaceFirst(" is not an? (int|long)$", " is no whole number")
                .replaceFirst(" is not a (float|double)$", " is no number")
                .replaceFirst(
                        "\\[.*] \\(case-insensitive\\)",
                        words(error.getArgSpec()).toString());
    }

    /** The version the jar was built as. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Observatory.class.getPackage().getImplementationVersion();
            return new String[] {"observatory " + (version == null ? "(not packaged)" : version)};
        }
    }
}
