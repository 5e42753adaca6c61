package observatory.stream.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads a topic from its beginning, from its end or from given places, and then follows it. It assigns itself the
 * partitions, joins no group and commits nothing, so looking changes nothing on the broker. Belongs to one thread.
 */
public final class TopicReader implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Map<TopicPartition, Long> ends;
    private final Extent extent;
    private final boolean complete;

    /** What is read: all partitions without end, or one of them up to an offset. */
    private record Extent(int partition, long end) {
        private static final Extent ALL = new Extent(-1, Long.MAX_VALUE);

        private boolean follows() {
            return partition < 0;
        }
    }

    /** Where to begin in a partition whose first offset and end are these. */
    private interface Start {
        long of(TopicPartition partition, long first, long end);
    }

    private TopicReader(KafkaConsumer<byte[], byte[]> consumer, String topic, Start start, Extent extent) {
        this.consumer = consumer;
        this.partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .filter(partition -> extent.follows() || partition.partition() == extent.partition())
                .toList();
        if (partitions.isEmpty()) {
            throw new UnknownTopicOrPartitionException("topic " + topic + " does not exist");
        }
        consumer.assign(partitions);
        this.extent = extent;
        this.ends = new HashMap<>(consumer.endOffsets(partitions));
        ends.replaceAll((partition, end) -> Math.min(end, extent.end()));
        Map<TopicPartition, Long> firsts = consumer.beginningOffsets(partitions);
        boolean fromZero = true;
        for (TopicPartition partition : partitions) {
            long first = firsts.get(partition);
            long end = ends.get(partition);
            long at = Math.clamp(start.of(partition, first, end), first, Math.max(first, end));
            consumer.seek(partition, at);
            fromZero &= at == 0;
        }
        this.complete = fromZero && extent.follows();
    }

    public static TopicReader fromTheBeginning(String bootstrap, String topic) {
        return fromTheBeginning(Connection.to(bootstrap), topic);
    }

    /** @throws org.apache.kafka.common.KafkaException where the cluster or the topic cannot be reached */
    public static TopicReader fromTheBeginning(Connection connection, String topic) {
        return open(connection, topic, (partition, first, end) -> first);
    }

    /** From these offsets on, by partition; from the beginning of a partition that is not among them. */
    public static TopicReader from(Connection connection, String topic, Map<Integer, Long> offsets) {
        return open(connection, topic, (partition, first, end) -> offsets.getOrDefault(partition.partition(), first));
    }

    /** From so many records before the end of each partition on. */
    public static TopicReader nearTheEnd(Connection connection, String topic, long records) {
        return open(connection, topic, (partition, first, end) -> end - records);
    }

    /** Only what comes from now on. */
    public static TopicReader fromTheEnd(Connection connection, String topic) {
        return open(connection, topic, (partition, first, end) -> end);
    }

    /** One partition between two offsets, both within. */
    public static TopicReader stretch(Connection connection, String topic, int partition, long first, long last) {
        Extent extent = new Extent(partition, last == Long.MAX_VALUE ? last : last + 1);
        return open(connection, topic, (place, begin, end) -> first, extent);
    }

    private static TopicReader open(Connection connection, String topic, Start start) {
        return open(connection, topic, start, Extent.ALL);
    }

    private static TopicReader open(Connection connection, String topic, Start start, Extent extent) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(connection.consumer(Map.of(
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000, ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000)));
        try {
            return new TopicReader(consumer, topic, start, extent);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /**
     * The values that came since the last call, in the order of each partition; waits a moment where there are none.
     */
    public List<byte[]> poll() {
        List<byte[]> values = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records()) {
            values.add(record.value());
        }
        return values;
    }

    /** As {@link #poll}, with the key of each as text. */
    public List<Map.Entry<String, byte[]>> keyed() {
        List<Map.Entry<String, byte[]>> keyed = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records()) {
            String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
            if (record.value() != null) {
                keyed.add(Map.entry(key, record.value()));
            }
        }
        return keyed;
    }

    /** As {@link #poll}, with keys, headers and places. */
    public Iterable<ConsumerRecord<byte[], byte[]>> records() {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(PATIENCE);
        if (extent.follows()) {
            return records;
        }
        List<ConsumerRecord<byte[], byte[]>> within = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.offset() < extent.end()) {
                within.add(record);
            }
        }
        return within;
    }

    /** @throws org.apache.kafka.common.KafkaException where the cluster does not answer in time: polls are then empty */
    public void ask(Duration patience) {
        consumer.endOffsets(partitions, patience);
    }

    /** Whether everything has been read that was there when the reader was made. */
    public boolean atTheEnd() {
        return partitions.stream().allMatch(partition -> consumer.position(partition) >= ends.get(partition));
    }

    /** Whether the topic still had its first record, so that what is missing from the beginning was lost. */
    public boolean complete() {
        return complete;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
