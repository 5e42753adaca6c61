package observatory.cli.train;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import observatory.analysis.Judged;
import observatory.analysis.WatchService;
import observatory.analysis.WatchService.Membership;
import observatory.analysis.detector.Settings;
import observatory.cli.StateDirectory;
import observatory.probe.Origin;
import observatory.stream.FrameReader;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.BrokerFolder;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.Sender;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/**
 * Broker, analysis and the readers that bring telemetry and incidents back, started beside a training run that does not
 * wait for them. Closing it stops all of them in order.
 */
final class Backbone implements AutoCloseable {
    private static final int PARTITIONS = 1;
    /** The one who judges in this data directory: one that was killed is not waited for, the next takes its place. */
    private static final String MEMBER = "beside-training";

    /** After Ctrl-C nobody waits for a broker that only just starts. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(1);

    private final StateDirectory state;
    private final Sender sender;
    private final Origin origin;
    private final LiveRun live;
    private final Thread starter;
    private final CountDownLatch judgedToTheEnd = new CountDownLatch(1);
    private volatile Broker broker;
    private volatile WatchService analysis;
    private volatile Thread follower;
    private volatile String failure;
    private volatile String notice = "";
    private volatile boolean closing;

    Backbone(StateDirectory state, BrokerFolder folder, int port, Sender sender, Origin origin, LiveRun live) {
        this.state = state;
        this.sender = sender;
        this.origin = origin;
        this.live = live;
        this.starter = new Thread(() -> start(folder, port), "observatory-start");
        starter.setDaemon(true);
        starter.start();
    }

    /** Where the broker is; empty while it starts. */
    Optional<String> bootstrap() {
        return Optional.ofNullable(broker).map(Broker::bootstrap);
    }

    /** Why there will be no broker; empty while there may be. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** What a person should know about the start, such as another port than asked for. */
    String notice() {
        return notice;
    }

    /**
     * Waits until the analysis has judged the run to its end and all of it has come back; false
     * where that takes longer.
     */
    boolean awaitJudgement(long seconds) throws InterruptedException {
        return judgedToTheEnd.await(seconds, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        closing = true;
        if (!joined(starter)) {
            // Still starting: it holds nothing of this run yet, and the process that ends takes it along.
            return;
        }
        join(follower);
        if (analysis != null) {
            analysis.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private void start(BrokerFolder folder, int port) {
        try {
            Broker started = folder.start(port);
            broker = started;
            if (port > 0 && started.port() != port) {
                notice = "port " + port + " is taken; the broker listens on " + started.port();
            }
            try (Admin admin = Admin.create(
                    Map.<String, Object>of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, started.bootstrap()))) {
                Topics.STANDARD.create(admin, PARTITIONS);
            }
            sender.connect(started.bootstrap());
            if (closing) {
                return;
            }
            analysis = new WatchService(
                    Connection.to(started.bootstrap()),
                    Topics.STANDARD,
                    state.streams(),
                    Settings.DEFAULTS,
                    Membership.of(Optional.of(MEMBER)));
            follower = new Thread(() -> follow(started.bootstrap()), "observatory-follow");
            follower.setDaemon(true);
            follower.start();
        } catch (IOException | ExecutionException | RuntimeException e) {
            failure = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(String bootstrap) {
        try (FrameReader frames = new FrameReader(bootstrap, Topics.STANDARD, Optional.of(origin.run()));
                TopicReader incidents = TopicReader.fromTheBeginning(bootstrap, Topics.STANDARD.incidents())) {
            boolean ended = false;
            while (!closing) {
                frames.poll().forEach(live::accept);
                ended |= accept(incidents.poll());
                if (ended && live.ended()) {
                    judgedToTheEnd.countDown();
                }
            }
        } catch (KafkaException e) {
            failure = "reading back failed: " + e.getMessage();
        }
    }

    /** Hands on what concerns this run; true where its judgement is complete. */
    private boolean accept(List<byte[]> values) {
        boolean ended = false;
        for (byte[] value : values) {
            Judged judged = Judged.decode(value);
            if (!judged.run().equals(origin.run())) {
                continue;
            }
            switch (judged) {
                case Judged.Of of -> live.accept(of.incident());
                // Those of earlier incarnations come first; a rewind begins later ones.
                case Judged.Watermark end -> ended |= end.incarnation() >= origin.incarnation();
            }
        }
        return ended;
    }

    private static boolean joined(Thread starting) {
        try {
            return starting.join(START_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void join(Thread thread) {
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
