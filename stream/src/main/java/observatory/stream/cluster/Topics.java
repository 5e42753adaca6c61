package observatory.stream.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * The topics, nearly all keyed by run, so that one run is one partition and one order. Names have dots and a version;
 * brokers must not make them by themselves.
 */
public record Topics(String prefix) {
    public static final Topics STANDARD = new Topics("observatory.");
    private static final int ANSWER_MILLIS = 10_000;

    /** One topic as it should be. */
    public record Wanted(String name, String key, int partitions, Map<String, String> settings, String tells) {}

    public Topics {
        if (!prefix.matches("[A-Za-z0-9.-]{0,100}")) {
            throw new IllegalArgumentException(
                    "a prefix of topics is up to 100 letters, digits, dots and dashes: prefix=" + prefix
                            + "; try observatory.");
        }
    }

    /** Frames and events of runs. */
    public String telemetry() {
        return prefix + "telemetry.v1";
    }

    /** The past of runs in buckets of steps. */
    public String history() {
        return prefix + "history.v1";
    }

    /** Incidents as they open, escalate and resolve, and how far the analysis has come. */
    public String incidents() {
        return prefix + "incidents.v1";
    }

    /** The beginning, heartbeat and end of every run; the last word on each is kept. */
    public String runs() {
        return prefix + "runs.v1";
    }

    /** Signed commands to runs. */
    public String control() {
        return prefix + "control.v1";
    }

    /** What became of each command. */
    public String controlAcks() {
        return prefix + "control-ack.v1";
    }

    /** Who did what, when, and with what result. */
    public String audit() {
        return prefix + "audit.v1";
    }

    /** Records nobody could read, with the reason. */
    public String deadLetters() {
        return prefix + "dlq.v1";
    }

    /** All topics as they should be, with so many partitions for what grows with the number of runs. */
    public List<Wanted> wanted(int partitions) {
        return List.of(
                new Wanted(telemetry(), "run", partitions, deleteAfterDays(7), "frames and events"),
                new Wanted(history(), "run", partitions, deleteAfterDays(90), "min, max and last of buckets of steps"),
                new Wanted(incidents(), "run", partitions, deleteAfterDays(30), "incidents and watermarks"),
                new Wanted(
                        runs(),
                        "run/incarnation/mark",
                        1,
                        Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT),
                        "registry of runs: manifest, heartbeat, end"),
                new Wanted(control(), "run", 1, deleteAfterDays(1), "signed commands; writable for operators only"),
                new Wanted(controlAcks(), "run", 1, deleteAfterDays(90), "what became of each command"),
                new Wanted(audit(), "run", 1, deleteAfterDays(90), "who did what, when, with what result"),
                new Wanted(deadLetters(), "as it came", 1, deleteAfterDays(30), "records nobody could read"));
    }

    /** Those of the wanted topics that the cluster does not have; a cluster that is not there is known for it soon. */
    public List<Wanted> missing(Admin admin, int partitions) throws ExecutionException, InterruptedException {
        Set<String> present = admin.listTopics(new ListTopicsOptions().timeoutMs(ANSWER_MILLIS))
                .names()
                .get();
        return wanted(partitions).stream()
                .filter(topic -> !present.contains(topic.name()))
                .toList();
    }

    /** Creates what is missing, and tells what that was; what exists stays as it is. */
    public List<Wanted> create(Admin admin, int partitions) throws ExecutionException, InterruptedException {
        List<Wanted> created = new ArrayList<>();
        for (Wanted topic : missing(admin, partitions)) {
            // Replicas as the cluster has them by default.
            NewTopic fresh = new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty())
                    .configs(topic.settings());
            try {
                admin.createTopics(List.of(fresh)).all().get();
                created.add(topic);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
        return created;
    }

    /** The broker's own time counts, because a trainer's clock may be hours off. */
    private static Map<String, String> deleteAfterDays(int days) {
        return new TreeMap<>(Map.of(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(Duration.ofDays(days).toMillis()),
                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                "LogAppendTime"));
    }
}
