package observatory.cli.train;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import observatory.analysis.LossReading;
import observatory.analysis.NoiseReading;
import observatory.analysis.StepTimeReading;
import observatory.cli.Control;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Interrupt;
import observatory.cli.StateDirectory;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.cluster.BrokerFolder;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;
import observatory.trainer.run.Checkpoints;

/**
 * The main job from end to end: a model is trained, broken on purpose and watched through a real broker, and what
 * happened is explained. Interrupted, it ends in order within five seconds.
 */
final class Demo {
    private static final long SPOOL_BYTES = 2L << 30;
    private static final long REFRESH_MILLIS = 250;
    /** Far longer than a loaded machine needs; reaching it means that something is broken, which is then said. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration PATIENCE_INTERRUPTED = Duration.ofSeconds(1);

    private final RunPlan plan;
    private final StateDirectory state;
    private final BrokerFolder folder;
    private final int port;
    private final List<View> views;
    private final Interrupt interrupt;
    private final Control control;
    private final Holding holding;

    /** @param folder for the broker: with that taken, nothing of the run is refused after it began */
    Demo(
            RunPlan plan,
            StateDirectory state,
            BrokerFolder folder,
            int port,
            List<View> views,
            Interrupt interrupt,
            Control control) {
        this.plan = plan;
        this.state = state;
        this.folder = folder;
        this.port = port;
        this.views = views;
        this.interrupt = interrupt;
        this.control = control;
        this.holding = new Holding(plan.checkpoints().map(Checkpoints::ring));
    }

    /** Runs to the end, or to the interruption; either way everything is closed when this returns. */
    DemoResult run(Origin origin) throws IOException {
        try {
            return watched(origin);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.INTERRUPTED, "interrupted", e);
        }
    }

    private DemoResult watched(Origin origin) throws IOException, InterruptedException {
        long began = System.nanoTime();
        RunId run = origin.run();
        LiveRun live = new LiveRun(origin);
        boolean complete;
        DemoResult.Frames frames;
        Training training;
        CompletableFuture<Explanation> explanation;
        try (Spool spool = new Spool(state.spool(), origin.writer(), SPOOL_BYTES)) {
            training = new Training(plan, origin, spool);
            training.start();
            try (Sender sender = new Sender(spool, Topics.STANDARD);
                    Backbone backbone = new Backbone(state, folder, port, sender, origin, live);
                    Obeying obeying = new Obeying(control, run, training::obey)) {
                Stage stage = new Stage(run, plan, training, backbone, spool, sender, live);
                show(stage, obeying);
                complete = training.told() && bringHome(spool, backbone);
                views.forEach(view -> view.update(stage));
                failOn(training, backbone);
                holding.hold(live.incidents());
                // Drawn while broker and streams close: after Ctrl-C nobody waits for one after the other.
                explanation = CompletableFuture.supplyAsync(() -> Explanation.write(run, live, state));
            }
            frames = frames(spool, live, complete);
        }
        return result(run, live, explanation.join(), frames, new Taken(training.steps(), complete, seconds(began)));
    }

    /** Keeps the views up to date while the run goes on. */
    private void show(Stage stage, Obeying obeying) throws InterruptedException {
        while (!stage.training().over().await(REFRESH_MILLIS, TimeUnit.MILLISECONDS)) {
            views.forEach(view -> view.update(stage));
            holding.hold(stage.live().incidents());
            obeying.tryListen(stage.backbone().bootstrap());
            boolean hopeless = stage.backbone().failure().isPresent();
            if (interrupt.requested() || hopeless) {
                stage.training().stop();
            }
        }
        views.forEach(view -> view.update(stage));
        holding.hold(stage.live().incidents());
    }

    /** Waits until everything captured is with the broker, judged and back; false where that was not to be. */
    private boolean bringHome(Spool spool, Backbone backbone) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean delivered = false;
        while (!delivered && backbone.failure().isEmpty() && System.nanoTime() < deadline) {
            delivered = spool.drain(PATIENCE_INTERRUPTED);
            if (interrupt.requested()) {
                break;
            }
        }
        boolean judged = false;
        while (delivered && !judged && backbone.failure().isEmpty() && System.nanoTime() < deadline) {
            judged = backbone.awaitJudgement(PATIENCE_INTERRUPTED.toSeconds());
            if (interrupt.requested()) {
                break;
            }
        }
        return judged;
    }

    private void failOn(Training training, Backbone backbone) {
        training.check();
        if (backbone.failure().isPresent()) {
            throw new Failure(ExitCode.CONFIGURATION, backbone.failure().get());
        }
    }

    /**
     * What has not come back is lost where the run was brought home, and otherwise waits on disk for the next start.
     */
    private static DemoResult.Frames frames(Spool spool, LiveRun live, boolean complete) {
        long captured = spool.capturedFrames();
        long delivered = live.frames();
        Spool.Counts counts = spool.counts();
        long lost = complete ? captured - delivered : counts.shed() + counts.corrupt();
        return new DemoResult.Frames(captured, delivered, captured - delivered - lost, lost);
    }

    private record Taken(long steps, boolean complete, double seconds) {}

    private DemoResult result(RunId run, LiveRun live, Explanation explanation, DemoResult.Frames frames, Taken taken) {
        return new DemoResult(
                run.value(),
                taken.steps,
                frames,
                live.incidents(),
                explanation.spikeLogs(),
                explanation.report(),
                live.overhead(),
                live.tokensPerSecond(),
                taken.seconds,
                readings(live.telemetry()),
                taken.complete,
                interrupt.requested());
    }

    private List<String> readings(List<Telemetry> recorded) {
        return Stream.of(
                        Optional.of(LossReading.of(recorded))
                                .filter(one -> Double.isFinite(one.loss()))
                                .map(LossReading::words),
                        StepTimeReading.of(recorded),
                        NoiseReading.of(recorded).words(plan.model().context()))
                .flatMap(Optional::stream)
                .toList();
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
