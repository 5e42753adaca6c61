package observatory.cli;

import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import observatory.probe.RunId;
import observatory.ui.DesktopWindow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Trains a small model, breaks it on purpose, sees it, explains it. */
@Command(
        mixinStandardHelpOptions = true,
        description =
                "Train a small model, break it on purpose, watch it through a real broker, and explain what happened.")
final class DemoCommand implements Callable<Integer> {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    @ParentCommand
    private Observatory parent;

    @Mixin
    private DemoOptions options;

    @Override
    public Integer call() throws Exception {
        Console console = parent.console();
        RunPlan plan = DemoPlan.of(options);
        Port.check(options.port);
        Control control = options.control.control();
        StateDirectory state = StateDirectory.open(options.dataDir, System.getenv());
        System.setProperty("observatory.log", state.log().toString());
        List<View> views = new ArrayList<>();
        if (!options.quiet) {
            plan.announce(console);
            views.add(new TerminalView(console));
        }
        RunId run = new RunId("demo-" + LocalDateTime.now().format(STAMP) + "-" + options.seed);
        boolean display = DesktopWindow.possible(System.getenv(), System.getProperty("os.name"));
        WindowView window = display && !options.headless
                ? new WindowView(
                        run,
                        console,
                        Opening.outside(state, Opening.brokerOf(state), Optional.empty()),
                        InstantSource.system())
                : null;
        if (window != null) {
            views.add(window);
        }
        DemoResult result;
        try (Interrupt interrupt = Interrupt.listen()) {
            result = new Demo(plan, state, options.port, views, interrupt, control).run(run);
            console.result(options.json ? result.json() : result.text());
        }
        if (window != null && !result.interrupted() && console.interactive()) {
            window.linger();
        }
        if (result.interrupted()) {
            return ExitCode.INTERRUPTED;
        }
        if (!result.complete()) {
            console.error("not everything came back from the broker in time; see " + state.log());
            return ExitCode.INTERNAL;
        }
        return ExitCode.OK;
    }
}
