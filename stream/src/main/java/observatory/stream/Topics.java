package observatory.stream;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The topics, all keyed by run, so that one run is one partition and one order. Names have dots and a version; brokers
 * must not make them by themselves.
 */
public record Topics(String prefix) {
    public static final Topics STANDARD = new Topics("observatory.");

    /** Frames and events of runs. */
    public String telemetry() {
        return prefix + "telemetry.v1";
    }

    /** Incidents as they open, escalate and resolve, and how far the analysis has come. */
    public String incidents() {
        return prefix + "incidents.v1";
    }

    /** The beginning and end of every run; the last word on each is kept. */
    public String runs() {
        return prefix + "runs.v1";
    }

    /** Records nobody could read, with the reason. */
    public String deadLetters() {
        return prefix + "dlq.v1";
    }

    /** Creates what is missing; what exists stays as it is. */
    public void create(Admin admin, int partitions) throws ExecutionException, InterruptedException {
        Set<String> present = admin.listTopics().names().get();
        List<NewTopic> missing = List.of(
                        topic(telemetry(), partitions, deleteAfter(Duration.ofDays(7))),
                        topic(incidents(), partitions, deleteAfter(Duration.ofDays(30))),
                        topic(runs(), 1, Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)),
                        topic(deadLetters(), 1, deleteAfter(Duration.ofDays(30))))
                .stream()
                .filter(topic -> !present.contains(topic.name()))
                .toList();
        admin.createTopics(missing).all().get();
    }

    private static NewTopic topic(String name, int partitions, Map<String, String> settings) {
        // Replicas as the cluster has them by default.
        return new NewTopic(name, java.util.Optional.of(partitions), java.util.Optional.empty()).configs(settings);
    }

    /** The broker's own time counts, because a trainer's clock may be hours off. */
    private static Map<String, String> deleteAfter(Duration age) {
        return Map.of(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(age.toMillis()),
                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                "LogAppendTime");
    }
}
