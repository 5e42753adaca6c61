package observatory.analysis.alert;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Committed incidents, and telemetry for the steps of runs that are waited for. Joins no group: how far it has read is
 * stored together with what came of it. Incidents are read from their beginning, telemetry from now on.
 */
public final class KafkaFeed implements Feed {
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final Topics topics;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Map<TopicPartition, Long> ends;

    /**
     * @param positions what {@link AlertStore#positions} knows
     * @throws org.apache.kafka.common.KafkaException where the cluster or a topic cannot be reached
     */
    public KafkaFeed(Connection connection, Topics topics, Map<String, Long> positions) {
        this.topics = topics;
        Map<String, Object> ours = new TreeMap<>(Connection.ENFORCED);
        ours.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        ours.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        ours.keySet().removeIf(name -> !ConsumerConfig.configNames().contains(name));
        this.consumer =
                new KafkaConsumer<>(connection.client(ours), new StringDeserializer(), new ByteArrayDeserializer());
        try {
            List<TopicPartition> partitions = Stream.of(topics.incidents(), topics.telemetry())
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            this.ends = consumer.endOffsets(partitions);
            for (TopicPartition partition : partitions) {
                boolean incidents = partition.topic().equals(topics.incidents());
                long begin = incidents ? 0 : ends.get(partition);
                consumer.seek(partition, positions.getOrDefault(place(partition), begin));
            }
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    @Override
    public List<Arrived> poll() {
        List<Arrived> arrived = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : consumer.poll(PATIENCE)) {
            boolean incidents = record.topic().equals(topics.incidents());
            arrived.add(new Arrived(
                    place(new TopicPartition(record.topic(), record.partition())),
                    record.offset() + 1,
                    record.key() == null ? "" : record.key(),
                    incidents ? Content.JUDGED : Content.TELEMETRY,
                    record.value()));
        }
        return arrived;
    }

    @Override
    public boolean caughtUp() {
        return ends.entrySet().stream()
                .filter(one -> one.getKey().topic().equals(topics.incidents()))
                .allMatch(one -> consumer.position(one.getKey()) >= one.getValue());
    }

    private static String place(TopicPartition partition) {
        return partition.topic() + "/" + partition.partition();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
