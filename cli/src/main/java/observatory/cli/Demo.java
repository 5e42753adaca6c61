package observatory.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import observatory.analysis.Incident;
import observatory.analysis.RunWatch;
import observatory.analysis.Severity;
import observatory.analysis.SpikeLog;
import observatory.analysis.report.HtmlReport;
import observatory.analysis.report.PostMortem;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.Sender;
import observatory.stream.Spool;
import observatory.stream.Topics;

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

    private final DemoPlan plan;
    private final StateDirectory state;
    private final int port;
    private final List<View> views;
    private volatile boolean interrupted;

    Demo(DemoPlan plan, StateDirectory state, int port, List<View> views) {
        this.plan = plan;
        this.state = state;
        this.port = port;
        this.views = views;
    }

    /** Runs to the end, or to the interruption; either way everything is closed when this returns. */
    DemoResult run(RunId run) throws IOException {
        CountDownLatch closed = new CountDownLatch(1);
        Thread onInterrupt = new Thread(() -> interrupt(closed), "observatory-interrupt");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            return watched(run);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.INTERRUPTED, "interrupted", e);
        } finally {
            closed.countDown();
            if (!interrupted) {
                Runtime.getRuntime().removeShutdownHook(onInterrupt);
            }
        }
    }

    private DemoResult watched(RunId run) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Origin origin = new Origin(run, 0, UUID.randomUUID(), 0);
        LiveRun live = new LiveRun();
        boolean complete;
        long capturedFrames;
        Training training;
        try (Spool spool = new Spool(state.spool(), origin.writer(), SPOOL_BYTES)) {
            training = new Training(plan, origin, spool);
            training.start();
            try (Sender sender = new Sender(spool, Topics.STANDARD);
                    Backbone backbone = new Backbone(state, port, sender, run, live)) {
                Stage stage = new Stage(run, plan, training, backbone, spool, sender, live);
                show(stage);
                complete = bringHome(spool, backbone);
                views.forEach(view -> view.update(stage));
                failOn(training, backbone);
            }
            capturedFrames = spool.capturedFrames();
        }
        return result(run, live, training, new Taken(capturedFrames, complete, seconds(began)));
    }

    /** Keeps the views up to date while the run goes on. */
    private void show(Stage stage) throws InterruptedException {
        while (!stage.training().over().await(REFRESH_MILLIS, TimeUnit.MILLISECONDS)) {
            views.forEach(view -> view.update(stage));
            boolean hopeless = stage.backbone().failure().isPresent();
            if (interrupted || hopeless) {
                stage.training().stop();
            }
        }
        views.forEach(view -> view.update(stage));
    }

    /** Waits until everything captured is with the broker, judged and back; false where that was not to be. */
    private boolean bringHome(Spool spool, Backbone backbone) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean delivered = false;
        while (!delivered && backbone.failure().isEmpty() && System.nanoTime() < deadline) {
            delivered = spool.drain(PATIENCE_INTERRUPTED);
            if (interrupted) {
                break;
            }
        }
        boolean judged = false;
        while (delivered && !judged && backbone.failure().isEmpty() && System.nanoTime() < deadline) {
            judged = backbone.awaitJudgement(PATIENCE_INTERRUPTED.toSeconds());
            if (interrupted) {
                break;
            }
        }
        return judged;
    }

    private void failOn(Training training, Backbone backbone) {
        if (training.error() != null) {
            throw new IllegalStateException("training failed at step " + (training.steps() + 1), training.error());
        }
        if (backbone.failure().isPresent()) {
            throw new Failure(ExitCode.CONFIGURATION, backbone.failure().get());
        }
    }

    private record Taken(long capturedFrames, boolean complete, double seconds) {}

    private DemoResult result(RunId run, LiveRun live, Training training, Taken taken) throws IOException {
        List<Telemetry> telemetry = live.telemetry();
        List<Path> spikeLogs = new ArrayList<>();
        for (Incident incident : live.incidents()) {
            if (incident.severity() != Severity.INFO) {
                spikeLogs.add(SpikeLog.of(incident, telemetry).write(state.spikeLogs()));
            }
        }
        PostMortem postMortem = PostMortem.of(run.value(), telemetry, live.incidents(), notApplicable(run, telemetry));
        Files.createDirectories(state.reports());
        Path report = state.reports().resolve(run.value() + ".html");
        Files.writeString(report, HtmlReport.of(postMortem));
        long delivered = telemetry.stream().filter(Frame.class::isInstance).count();
        return new DemoResult(
                run.value(),
                training.steps(),
                new DemoResult.Frames(taken.capturedFrames, delivered, taken.capturedFrames - delivered),
                live.incidents(),
                spikeLogs,
                report,
                live.overheadRatio(),
                live.tokensPerSecond(),
                taken.seconds,
                taken.complete,
                interrupted);
    }

    /** Which detectors never saw what they need: a matter of what was recorded, whoever judged it. */
    private static List<RunWatch.NotApplicable> notApplicable(RunId run, List<Telemetry> telemetry) {
        RunWatch watch = RunWatch.of(run);
        telemetry.forEach(watch::accept);
        return watch.notApplicable();
    }

    private void interrupt(CountDownLatch closed) {
        interrupted = true;
        try {
            // Ended in order, the run needs a second or two; more than five nobody waits after Ctrl-C.
            closed.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
