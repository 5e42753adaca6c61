package observatory.cli.replay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.analysis.SpikeLog;
import observatory.analysis.log.LogException;
import observatory.analysis.log.LogSource;
import observatory.analysis.log.Progress;
import observatory.analysis.replay.ForeignRecipe;
import observatory.analysis.replay.ReplayJson;
import observatory.analysis.replay.ReplayResult;
import observatory.analysis.replay.ReplayText;
import observatory.analysis.report.PostMortem;
import observatory.analysis.report.ReplayReport;
import observatory.cli.ClusterOptions;
import observatory.cli.Console;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Interrupt;
import observatory.cli.Observatory;
import observatory.cli.OperatorKey;
import observatory.cli.Readable;
import observatory.cli.ReportFiles;
import observatory.cli.StateDirectory;
import observatory.cli.TimeSpan;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.trainer.checkpoint.CheckpointException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Runs an incident again, varies one thing at a time, and says which of them it was. */
@Command(
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Run an incident again with one thing changed at a time, and say whether data, state, precision or"
                        + " hardware did it; docs/replay.md.")
public final class ReplayCommand implements Callable<Integer> {
    @ParentCommand
    private Observatory parent;

    @Parameters(
            paramLabel = "SPIKE-LOG",
            description =
                    "The spike log of an incident; of another framework's log, the recipe of the same experiment.")
    private Path log;

    @Option(names = "--run", paramLabel = "R", description = "The run whose checkpoints are used (that of the log).")
    private String run;

    @Option(names = "--step", paramLabel = "S", description = "A step to look at instead of the incident of the log.")
    private Long step;

    @Option(names = "--from", paramLabel = "S", description = "Begin with no newer checkpoint than that of step S.")
    private Long from;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the report as one HTML page.")
    private Path html;

    @Option(names = "--png", paramLabel = "DIR", description = "Write its charts as PNG files.")
    private Path png;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            defaultValue = "110s",
            converter = TimeSpan.class,
            description = "After this time no new trial is begun (${DEFAULT-VALUE}).")
    private Duration budget;

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            defaultValue = "2048",
            description = "What all trials at once may take (${DEFAULT-VALUE}).")
    private long memory;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "6",
            description = "Repeats of each factor, 4 to 10; 6 make the least error probability of a test 1/924"
                    + " (${DEFAULT-VALUE}).")
    private int repeats;

    @Option(
            names = "--forward",
            paramLabel = "N",
            defaultValue = "12",
            description =
                    "Steps beyond the incident that what could be done is tried; 0 for not at all (${DEFAULT-VALUE}).")
    private int forward;

    @Option(names = "--threads", paramLabel = "N", description = "Trials at once; as many as there are cores.")
    private Integer threads;

    @Option(names = "--show-text", description = "Tell the text of the sequences too.")
    private boolean text;

    @Option(names = "--other-build", description = "Take a run of another build of the trainer.")
    private boolean otherBuild;

    @Option(names = "--fresh", description = "Begin anew where an earlier attempt was stopped.")
    private boolean fresh;

    @Option(names = "--apply", description = "Give the run, which is still going, the commands that came out best.")
    private boolean apply;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Your private key for --apply, as `observatory keys new` makes it; the run has to trust it.")
    private Path key;

    @Option(names = "--quiet", description = "No progress and no messages.")
    private boolean quiet;

    @Mixin
    private ClusterOptions cluster;

    @Override
    public Integer call() throws Exception {
        check();
        if (!spikeLog(log)) {
            return elsewhere();
        }
        SpikeLog spike = read();
        String name = run != null ? run : spike.incident().run().value();
        StateDirectory state = StateDirectory.open(cluster.dataDirectory(), System.getenv());
        Path checkpoints = state.checkpoints().resolve(name);
        if (!Files.isRegularFile(checkpoints.resolve("run.json"))) {
            if (own(spike)) {
                throw new Failure(
                        ExitCode.CONFIGURATION,
                        "there are no checkpoints of " + name + " in " + checkpoints + "; name their run with --run and"
                                + " their data directory with --data-dir, or train with --checkpoint-every 50");
            }
            return elsewhere();
        }
        Console console = parent.console();
        Path notes = notes(state, log);
        if (fresh) {
            Files.deleteIfExists(notes);
        }
        Applying applying = new Applying(cluster, name, apply ? OperatorKey.read(key, null) : null, console);
        if (apply) {
            applying.check();
        }
        ReplayResult result;
        boolean interrupted;
        try (Interrupt interrupt = Interrupt.listen()) {
            result = Replaying.of(
                    new Replaying.Asked(spike, Optional.ofNullable(step), Optional.ofNullable(from)),
                    checkpoints,
                    notes,
                    manner(),
                    new Replaying.Watch(
                            interrupt::requested,
                            quiet ? (done, planned, doing) -> {} : new ReplayProgress(console, System::nanoTime),
                            System::nanoTime));
            interrupted = interrupt.requested();
        } catch (CheckpointException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot read or write below " + state.root() + " ("
                            + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "); a run that still trains may have dropped a checkpoint: try again",
                    e);
        }
        console.result(json ? ReplayJson.write(result).toString() : ReplayText.of(result));
        ReportFiles files = new ReportFiles(parent.console(), quiet);
        files.write(html, path -> Files.writeString(path, ReplayReport.of(result)));
        files.write(png, path -> ReplayReport.write(result, path));
        if (apply && result.complete()) {
            applying.apply(result);
        }
        return interrupted && !result.complete() ? ExitCode.INTERRUPTED : ExitCode.OK;
    }

    private void check() {
        if (repeats < 4 || repeats > 10) {
            throw Failure.usage("a factor is repeated 4 to 10 times: repeats=" + repeats
                    + "; fewer can show nothing, and more cost time without need");
        }
        if (forward < 0 || memory < 1 || threads != null && threads < 1) {
            throw Failure.usage("steps forward count from 0, memory and threads from 1: forward=" + forward
                    + ", memory=" + memory + ", threads=" + threads);
        }
        if (apply && key == null) {
            throw Failure.usage("--apply needs --key FILE: only an operator whom the run trusts may change it");
        }
        Readable.INPUT.checkFile("spike log", log);
    }

    /** Trials that are done are noted beside the name of their spike log. */
    public static Path notes(StateDirectory state, Path log) {
        String name = log.getFileName().toString();
        return state.replays().resolve(name.replaceFirst("\\.jsonl$", "")).resolve("trials.jsonl");
    }

    private Replaying.Manner manner() {
        int at = threads != null ? threads : Runtime.getRuntime().availableProcessors();
        return new Replaying.Manner(
                budget.toMillis() / 1e3, memory << 20, at, repeats, true, true, forward, text, otherBuild);
    }

    private SpikeLog read() {
        try {
            return SpikeLog.read(log);
        } catch (IOException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
    }

    static boolean spikeLog(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            String head = new String(in.readNBytes(1 << 16), StandardCharsets.UTF_8);
            return head.startsWith("{") && head.lines().findFirst().orElse("").contains("\"spike-log\"");
        }
    }

    /** Whether this trainer wrote it. */
    private static boolean own(SpikeLog spike) {
        return spike.telemetry().stream()
                .anyMatch(item -> item instanceof Frame frame
                        && frame.scalars().find(Scalars.BATCH_CHECK).isPresent());
    }

    /** What can be told of a run that was not trained here, and how the experiment would be made there. */
    private int elsewhere() {
        PostMortem result;
        try {
            result = PostMortem.of(new LogSource(log, Progress.NONE), Optional.empty());
        } catch (LogException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
        Incident worst = result.incidents().stream()
                .filter(one -> one.severity() != Severity.INFO)
                .filter(one -> step == null || one.firstStep() <= step && step <= one.lastStep())
                .max(Comparator.comparing(Incident::severity)
                        .thenComparing(
                                Comparator.comparingLong(Incident::firstStep).reversed()))
                .orElseThrow(() -> Failure.usage("no incident above info was found in " + log
                        + (step == null ? "" : " at " + Incident.step(step))
                        + ": there is nothing to replay; `observatory postmortem` says what was judged"));
        ForeignRecipe recipe = ForeignRecipe.of(result.run(), result.format(), worst, Optional.empty());
        parent.console().result(json ? recipe.json().toString() : recipe.text());
        return ExitCode.OK;
    }
}
