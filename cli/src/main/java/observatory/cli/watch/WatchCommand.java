package observatory.cli.watch;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import observatory.analysis.FlightRecorder;
import observatory.analysis.Incident;
import observatory.analysis.IncidentJson;
import observatory.analysis.Judged;
import observatory.analysis.Severity;
import observatory.analysis.WatchService;
import observatory.analysis.alert.AlertConfig;
import observatory.analysis.alert.Alerting;
import observatory.analysis.detector.Settings;
import observatory.cli.ClusterOptions;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Interrupt;
import observatory.cli.LogFile;
import observatory.cli.Observatory;
import observatory.cli.Scraped;
import observatory.cli.StateDirectory;
import observatory.cli.alerts.AlertsCommand;
import observatory.cli.alerts.AlertsTestCommand;
import observatory.cli.rules.RulesTestCommand;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.Runs;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The analysis service: judges every run of a cluster until Ctrl-C. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Judge every run of a cluster until Ctrl-C; several of these share the runs.")
public final class WatchCommand implements Callable<Integer> {
    /** Records before the place at which judging goes on: where each run stands. */
    private static final long BEHIND = 5000;

    /** Records of incidents whose spike logs are written where they are not there: before a crash they were not. */
    private static final long INCIDENTS_BEHIND = 20_000;

    /** Pieces of spike logs between two looks at what comes. */
    private static final int PIECES = 20;

    @ParentCommand
    private Observatory parent;

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--rules", paramLabel = "FILE", description = "Thresholds that differ from their defaults.")
    private Path rules;

    @Option(names = "--alerts", paramLabel = "FILE", description = "Whom to alert, and how; docs/alerts.md.")
    private Path alerts;

    @Option(
            names = "--instance",
            paramLabel = "NAME",
            description = "A fixed name: this instance keeps its runs across a restart of up to 45 s.")
    private String instance;

    @Option(names = "--jsonl", description = "Each incident as it changes, one JSON document a line.")
    private boolean jsonl;

    @Option(names = "--quiet", description = "No messages.")
    private boolean quiet;

    @Option(
            names = "--metrics-port",
            paramLabel = "P",
            description = "Answer Prometheus at 127.0.0.1:P/metrics; 0 for any free port. Off unless given.")
    private Integer metricsPort;

    @Override
    public Integer call() throws Exception {
        if (instance != null && !instance.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw Failure.usage(
                    "an instance is named by A-Z a-z 0-9 . _ -, beginning with a letter or digit: --instance="
                            + instance + "; try --instance one");
        }
        Settings settings = rules == null ? Settings.DEFAULTS : RulesTestCommand.settings(rules);
        Optional<AlertConfig> receivers =
                Optional.ofNullable(alerts).map(file -> AlertsTestCommand.read(file, parent.console()));
        Connection connection = cluster.connection();
        StateDirectory state = StateDirectory.open(cluster.dataDirectory(), System.getenv());
        LogFile.use(state.log());
        Topics topics = cluster.topics();
        Map<Integer, Long> begin = createTopics(connection, topics);
        try (Interrupt interrupt = Interrupt.listen();
                Admin admin = connection.admin();
                WatchService service = new WatchService(
                        connection,
                        topics,
                        instance == null ? state.streams() : state.streams().resolve(instance),
                        settings,
                        WatchService.Membership.of(Optional.ofNullable(instance)));
                Alerting alerting = alerting(receivers, connection, topics);
                Scraped scraped = Scraped.open(metricsPort, parent.console());
                FrameReader frames = FrameReader.from(connection, topics, begin);
                TopicReader incidents = TopicReader.nearTheEnd(connection, topics.incidents(), INCIDENTS_BEHIND);
                FlightRecorder recorder = new FlightRecorder(
                        state.spikeLogs(),
                        (run, partition, first, last) ->
                                FrameReader.stretch(connection, topics, run, partition, first, last),
                        this::say)) {
            say("watching every run on " + connection.bootstrap() + "; spike logs go to " + state.spikeLogs()
                    + "; Ctrl-C stops it");
            scraped.watch(frames);
            scraped.watch(service.refused(), topics);
            Map<String, String> told = new HashMap<>();
            String trouble = "";
            Set<String> untold = Set.of();
            Answers answers =
                    new Answers(incidents, connection, connection.bootstrap() + " answers again", System.nanoTime());
            SameCluster same = new SameCluster(
                    () -> admin.describeCluster().clusterId(), connection.bootstrap(), System.nanoTime());
            Held held = new Held();
            boolean caughtUp = false;
            while (!interrupt.requested()) {
                for (Telemetry item : frames.poll()) {
                    recorder.accept(item);
                    scraped.read(item);
                }
                boolean old = !incidents.atTheEnd();
                if (!old && !caughtUp) {
                    caughtUp = true;
                    say(held.sentence(Runs.list(connection, topics), Instant.now()));
                }
                for (byte[] value : incidents.poll()) {
                    Judged judged = Judged.decode(value);
                    recorder.accept(judged);
                    if (judged instanceof Judged.Of of) {
                        scraped.read(of.incident());
                        tell(of.incident(), told, old);
                        if (old) {
                            held.accept(of.incident());
                        }
                    }
                }
                for (int piece = 0; piece < PIECES && recorder.advance(); piece++) {
                    // Each writes a little.
                }
                answers.look(System.nanoTime()).ifPresent(this::say);
                same.look(System.nanoTime());
                if (!service.trouble().equals(trouble)) {
                    trouble = service.trouble();
                    parent.console().error("judging was interrupted and goes on: " + trouble);
                }
                if (alerting != null) {
                    scraped.read(alerting.notifications());
                    untold = complain(alerting.troubles(), untold);
                }
            }
        } catch (KafkaException e) {
            throw ClusterOptions.failure(e, connection);
        }
        return ExitCode.INTERRUPTED;
    }

    /** Says of alerts what was not so a moment ago; returns what is so now. */
    private Set<String> complain(Set<String> now, Set<String> before) {
        now.stream()
                .filter(trouble -> !before.contains(trouble))
                .forEach(trouble -> parent.console().error("alerts: " + trouble));
        if (now.isEmpty() && !before.isEmpty()) {
            say("alerts: everybody is told again");
        }
        return now;
    }

    /** Alerts go out where a file says to whom, else there are none (null); this terminal shows incidents either way. */
    private Alerting alerting(Optional<AlertConfig> receivers, Connection connection, Topics topics)
            throws SQLException {
        try {
            return receivers.isEmpty()
                    ? null
                    : Alerting.start(
                            connection, topics, AlertsCommand.database(cluster.dataDirectory()), receivers.get());
        } catch (IOException e) {
            throw new Failure(ExitCode.CONFIGURATION, e.getMessage(), e);
        }
    }

    /**
     * Creates the topics that are not there; says where to read telemetry from: a little before what was judged last.
     */
    private static Map<Integer, Long> createTopics(Connection connection, Topics topics) throws InterruptedException {
        try (var admin = connection.admin()) {
            topics.create(admin, 1);
            Map<Integer, Long> begin = new HashMap<>();
            WatchService.judged(admin, topics)
                    .forEach((partition, offset) -> begin.put(partition, Math.max(0, offset - BEHIND)));
            return begin;
        } catch (ExecutionException e) {
            throw ClusterOptions.failure(e.getCause(), connection);
        } catch (KafkaException e) {
            throw ClusterOptions.failure(e, connection);
        }
    }

    /** A line where an incident opens, escalates or resolves; nothing for what was there before us. */
    private void tell(Incident incident, Map<String, String> told, boolean old) {
        String key = incident.run().value() + "/" + incident.id();
        String stands = incident.kind() + " " + incident.severity() + " " + incident.resolved();
        boolean news = !stands.equals(told.put(key, stands));
        if (old || !news) {
            return;
        }
        if (jsonl) {
            parent.console().result(IncidentJson.write(incident).toString());
        } else if (incident.severity() != Severity.INFO) {
            parent.console()
                    .result("%s %s %s%s: %s"
                            .formatted(
                                    incident.severity().label(),
                                    incident.run().value(),
                                    incident.kind().label(),
                                    incident.resolved() ? " resolved" : "",
                                    incident.summary()));
        }
    }

    private void say(String sentence) {
        if (!quiet) {
            parent.console().say(sentence);
        }
    }
}
