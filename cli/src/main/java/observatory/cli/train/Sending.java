package observatory.cli.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import observatory.cli.Console;
import observatory.cli.Control;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Interrupt;
import observatory.cli.Outage;
import observatory.cli.Scraped;
import observatory.cli.StateDirectory;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.control.TopicCommandSource;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;
import observatory.stream.wire.Json;

/** A training run that writes to a broker it did not start; who watches and judges it is somebody else. */
final class Sending {
    private static final long SPOOL_BYTES = 2L << 30;
    private static final long REFRESH_MILLIS = 250;
    private static final int TENTHS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PATIENCE_INTERRUPTED = Duration.ofSeconds(2);

    private final RunPlan plan;
    private final StateDirectory state;
    private final Topics topics;
    private final Control control;
    private final Console console;
    private final Interrupt interrupt;

    Sending(RunPlan plan, StateDirectory state, Topics topics, Control control, Console console, Interrupt interrupt) {
        this.plan = plan;
        this.state = state;
        this.topics = topics;
        this.control = control;
        this.console = console;
        this.interrupt = interrupt;
    }

    /**
     * What is told of the run.
     *
     * @param metricsPort null for no endpoint
     */
    record Told(boolean json, boolean quiet, Integer metricsPort) {}

    int run(Origin origin, Connection broker, Told told) throws IOException, InterruptedException {
        long began = System.nanoTime();
        RunId run = origin.run();
        try (Spool spool = new Spool(state.spool(), origin.writer(), SPOOL_BYTES);
                Sender sender = new Sender(spool, topics);
                Scraped scraped = Scraped.open(told.metricsPort, console);
                TopicCommandSource commands =
                        control.on() ? Control.listen(broker, topics, run, control.gate(run)) : null) {
            scraped.watch(spool, run, SPOOL_BYTES);
            sender.connect(broker);
            Training training = new Training(plan, origin, spool);
            if (commands != null) {
                training.obey(commands);
            }
            training.start();
            Consumer<String> progress = told.quiet ? line -> {} : console::say;
            progress.accept(run.value() + ": training, telemetry goes to " + broker.bootstrap());
            follow(training, sender, progress);
            Duration patience = interrupt.requested() ? PATIENCE_INTERRUPTED : PATIENCE;
            if (!sender.trouble().isEmpty() && sender.refusal().isEmpty()) {
                progress.accept("waiting " + patience.toSeconds() + " s at most for " + broker.bootstrap()
                        + " to take what is spooled");
            }
            boolean delivered = sender.drain(patience);
            sender.elsewhere().ifPresent(progress);
            training.check();
            console.result(result(run, training, spool, (System.nanoTime() - began) / 1e9, told.json));
            if (interrupt.requested()) {
                return ExitCode.INTERRUPTED;
            }
            if (!delivered) {
                throw new Failure(
                        ExitCode.undelivered(sender),
                        "not all telemetry is with " + broker.bootstrap() + ": " + sender.trouble()
                                + "; it stays in the spool " + state.spool()
                                + ", and the next run that sends there sends it" + spool.unwritten());
            }
            return ExitCode.OK;
        }
    }

    private void follow(Training training, Sender sender, Consumer<String> progress) throws InterruptedException {
        Outage outage = new Outage("what is spooled gets to the broker again");
        long said = 0;
        while (!training.over().await(REFRESH_MILLIS, TimeUnit.MILLISECONDS)) {
            if (interrupt.requested()) {
                training.stop();
            }
            sender.elsewhere().ifPresent(progress);
            String trouble = sender.trouble();
            outage.look(
                            trouble.isEmpty() ? "" : trouble + "; training goes on, and what it tells is spooled",
                            System.nanoTime())
                    .ifPresent(progress);
            long tenth = TENTHS * training.steps() / plan.training().steps();
            if (tenth > said) {
                said = tenth;
                progress.accept(String.format(
                        Locale.ROOT,
                        "step %,d, loss %.4f",
                        training.steps(),
                        training.latest().loss()));
            }
        }
    }

    private static String result(RunId run, Training training, Spool spool, double seconds, boolean json) {
        if (!json) {
            return String.format(
                    Locale.ROOT,
                    "%s: %,d steps in %.1f s, %,d frames, %,d dropped",
                    run.value(),
                    training.steps(),
                    seconds,
                    spool.capturedFrames(),
                    spool.counts().shed());
        }
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("run", run.value()).put("steps", training.steps()).put("wallSeconds", seconds);
        node.putObject("frames")
                .put("captured", spool.capturedFrames())
                .put("shed", spool.counts().shed());
        return node.toString();
    }
}
