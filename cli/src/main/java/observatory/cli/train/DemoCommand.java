package observatory.cli.train;

import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import observatory.cli.ClusterOptions;
import observatory.cli.Console;
import observatory.cli.Control;
import observatory.cli.ExitCode;
import observatory.cli.Interrupt;
import observatory.cli.LogFile;
import observatory.cli.Observatory;
import observatory.cli.Port;
import observatory.cli.StateDirectory;
import observatory.cli.dashboard.Opening;
import observatory.probe.RunId;
import observatory.stream.cluster.BrokerFolder;
import observatory.trainer.checkpoint.CheckpointRing;
import observatory.trainer.run.Checkpoints;
import observatory.ui.DesktopWindow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Trains a small model, breaks it on purpose, sees it, explains it. */
@Command(
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        description =
                "Train a small model, break it on purpose, watch it through a real broker, and explain what happened.")
public final class DemoCommand implements Callable<Integer> {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private static final int KEPT = 12;
    private static final int MOST_BETWEEN = 50;

    @ParentCommand
    private Observatory parent;

    @Mixin
    private DemoOptions options;

    /** Those of a replay: every twelfth of the run, or 50 steps where that is less, and room for 600 steps. */
    private Checkpoints checkpoints(StateDirectory state, RunId run) {
        int every = Math.clamp(options.steps / KEPT, 1, MOST_BETWEEN);
        return new Checkpoints(new CheckpointRing(state.checkpoints().resolve(run.value()), KEPT), every);
    }

    @Override
    public Integer call() throws Exception {
        RunPlan plan = DemoPlan.of(options);
        Port.check(options.port, "--port");
        Control control = options.control.control();
        StateDirectory state = StateDirectory.open(options.dataDir, System.getenv());
        LogFile.use(state.log());
        // Taken before the run begins: what is refused then has sent nothing.
        try (BrokerFolder folder = state.takeBroker()) {
            return run(plan, state, folder, control);
        }
    }

    private int run(RunPlan plan, StateDirectory state, BrokerFolder folder, Control control) throws Exception {
        Console console = parent.console();
        List<View> views = new ArrayList<>();
        if (!options.quiet) {
            plan.announce(console);
            views.add(new TerminalView(console));
        }
        RunId run = new RunId("demo-" + LocalDateTime.now().format(STAMP) + "-" + options.seed);
        RunPlan kept = plan.keeping(checkpoints(state, run));
        boolean shown = !options.headless && DesktopWindow.possible(System.getenv(), System.getProperty("os.name"));
        WindowView window = shown
                ? new WindowView(
                        run,
                        console,
                        Opening.outside(
                                state,
                                new ClusterOptions(),
                                () -> ClusterOptions.running(state.root()),
                                Optional.empty()),
                        InstantSource.system())
                : null;
        if (window != null) {
            views.add(window);
        }
        DemoResult result;
        boolean interrupted;
        try (Interrupt interrupt = Interrupt.listen();
                RunSession session = RunSession.begin(run, state.checkpoints().resolve(run.value()))) {
            result = new Demo(kept, state, folder, options.port, views, interrupt, control).run(session.origin());
            DemoReplay replay = new DemoReplay(state, console, interrupt, options);
            if (!options.json) {
                console.result(result.text());
            }
            Optional<DemoReplay.Done> replayed = replay.of(result, kept);
            if (options.json) {
                console.result(result.json(replayed.map(DemoReplay.Done::json)));
            } else {
                replayed.ifPresent(done -> console.result(done.text()));
            }
            interrupted = interrupt.requested();
        }
        if (window != null && !interrupted && console.interactive()) {
            window.linger();
        }
        if (interrupted) {
            return ExitCode.INTERRUPTED;
        }
        if (!result.complete()) {
            console.error("not everything came back from the broker in time; see " + state.log());
            return ExitCode.INTERNAL;
        }
        return ExitCode.OK;
    }
}
