package observatory.analysis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import observatory.analysis.detector.Settings;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * Runs {@link Watch} against a broker until it is closed. Several of them on the same topics, on one machine or many,
 * share the runs.
 */
public final class WatchService implements AutoCloseable {
    private static final String STANDARD_GROUP = "observatory-watch";

    private final KafkaStreams streams;
    private final DeadLetterCounts refused = new DeadLetterCounts();
    private final GroupMembershipOperation parting;
    private volatile String trouble = "";

    /**
     * How an instance takes part.
     *
     * @param name keeps its runs across a restart within {@code patience}, without a new division of all of them; empty
     *     for an instance that comes and goes
     * @param patience after which the others take over the runs of one that is gone
     */
    public record Membership(Optional<String> name, Duration patience) {
        private static final Duration PATIENCE = Duration.ofSeconds(45);

        /** With a patience of 45 s. */
        public static Membership of(Optional<String> name) {
            return new Membership(name, PATIENCE);
        }
    }

    /** @param folder for local state; a lock keeps two processes out of one */
    public WatchService(Connection connection, Topics topics, Path folder, Settings thresholds, Membership membership) {
        Properties settings = new Properties();
        settings.putAll(connection.client(Map.of()));
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, group(topics));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        // -1: as many replicas as the cluster has by default.
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, -1);
        settings.put(StreamsConfig.producerPrefix("linger.ms"), 0);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        long patience = membership.patience().toMillis();
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), (int) patience);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), (int) patience / 3);
        membership
                .name()
                .ifPresent(name ->
                        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), name));
        // One that comes and goes says so: the next one would wait for it until its patience is over.
        this.parting = membership.name().isPresent()
                ? GroupMembershipOperation.REMAIN_IN_GROUP
                : GroupMembershipOperation.LEAVE_GROUP;
        this.streams = new KafkaStreams(Watch.topology(topics, thresholds, refused), settings);
        streams.setUncaughtExceptionHandler(error -> {
            trouble = String.valueOf(error);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        streams.start();
    }

    /**
     * How far all instances together have judged the telemetry, as offsets by partition; empty before the first of them
     * ever ran. What lies before has been judged, whoever reads it again.
     *
     * @throws KafkaException where the cluster does not answer
     */
    public static Map<Integer, Long> judged(Admin admin, Topics topics) throws InterruptedException {
        String group = group(topics);
        try {
            return admin
                    .listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(10, TimeUnit.SECONDS)
                    .entrySet()
                    .stream()
                    .filter(place -> place.getKey().topic().equals(topics.telemetry()) && place.getValue() != null)
                    .collect(Collectors.toMap(
                            place -> place.getKey().partition(),
                            place -> place.getValue().offset()));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Map.of();
            }
            throw new KafkaException("cannot read how far " + group + " has come", e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new TimeoutException("the cluster does not say how far " + group + " has come", e);
        }
    }

    /** Those who judge other topics of one cluster are others: in one group they would divide, and judge, each other's. */
    static String group(Topics topics) {
        return topics.equals(Topics.STANDARD) ? STANDARD_GROUP : STANDARD_GROUP + "-" + topics.prefix();
    }

    /** Whether it has its runs and judges. */
    public boolean running() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** How many records this instance could not read, by reason. */
    public DeadLetterCounts refused() {
        return refused;
    }

    /** What last went wrong; empty while nothing did. */
    public String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        streams.close(CloseOptions.timeout(Duration.ofSeconds(3)).withGroupMembershipOperation(parting));
    }
}
