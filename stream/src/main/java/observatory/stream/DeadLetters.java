package observatory.stream;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import observatory.stream.wire.Wire;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Records that could not be read, set aside as they came with the reason in their headers; and the way back, for when a
 * newer program can read them.
 */
public final class DeadLetters {
    /** A message in a header is for people, not a place for whole documents. */
    private static final int MESSAGE = 200;

    /** Detail of an event {@code lost} that tells a run how many of its records nobody could read. */
    public static final String COUNT = "dead_letters";

    private static final String REPLAYED = "obs-replayed";

    private DeadLetters() {}

    /** One letter: where the record stood, why it was set aside, and its bytes. */
    public record Letter(String reason, String message, String topic, int partition, long offset, long bytes) {}

    /** What a replay did: letters that can be read now went back to their topic, the others stay. */
    public record Replay(int replayed, int unreadable, Map<String, Integer> reasons) {}

    /**
     * The headers of a letter, for whoever writes it: {reason, topic, partition, offset, schema, exception, message}.
     */
    public static Headers headers(CodecException why, String topic, int partition, long offset) {
        RecordHeaders headers = new RecordHeaders();
        String message = String.valueOf(why.getMessage());
        add(headers, "reason", why.reason().label());
        add(headers, "message", message.substring(0, Math.min(MESSAGE, message.length())));
        add(headers, "exception", why.getClass().getName());
        add(headers, "topic", topic);
        add(headers, "partition", Integer.toString(partition));
        add(headers, "offset", Long.toString(offset));
        add(headers, "schema", Integer.toString(Wire.VERSION));
        return headers;
    }

    /** A letter of what stood in the spool of a writer; the body is cut where no broker takes it whole. */
    public static ProducerRecord<String, byte[]> record(Topics topics, String from, byte[] body, CodecException why) {
        byte[] cut = body.length > Wire.RECORD_BYTES ? Arrays.copyOf(body, Wire.RECORD_BYTES) : body;
        return new ProducerRecord<>(topics.deadLetters(), null, null, null, cut, headers(why, from, 0, 0));
    }

    /** @throws KafkaException where the cluster or the topic cannot be reached */
    public static List<Letter> list(Connection connection, Topics topics) {
        List<Letter> letters = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : read(connection, topics)) {
            letters.add(new Letter(
                    text(record, "reason"),
                    text(record, "message"),
                    text(record, "topic"),
                    number(record, "partition"),
                    number(record, "offset"),
                    record.value() == null ? 0L : record.value().length));
        }
        return letters;
    }

    /**
     * Sends what can be read by now to the telemetry topic again, marked as replayed. Readers drop what they already
     * have, so replaying twice does no harm.
     *
     * @throws KafkaException where the cluster or a topic cannot be reached
     */
    public static Replay replay(Connection connection, Topics topics) {
        int replayed = 0;
        Map<String, Integer> reasons = new LinkedHashMap<>();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(connection.producer(Map.of()))) {
            for (ConsumerRecord<byte[], byte[]> record : read(connection, topics)) {
                try {
                    String run = Codec.decode(record.value()).origin().run().value();
                    Headers headers = new RecordHeaders();
                    add(headers, REPLAYED, Long.toString(record.offset()));
                    producer.send(new ProducerRecord<>(topics.telemetry(), null, null, run, record.value(), headers))
                            .get();
                    replayed++;
                } catch (CodecException e) {
                    reasons.merge(e.reason().label(), 1, Integer::sum);
                }
            }
        } catch (ExecutionException e) {
            throw new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException(e);
        }
        return new Replay(replayed, reasons.values().stream().mapToInt(i -> i).sum(), reasons);
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(Connection connection, Topics topics) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (TopicReader reader = TopicReader.fromTheBeginning(connection, topics.deadLetters())) {
            while (!reader.atTheEnd()) {
                reader.records().forEach(records::add);
            }
        }
        return records;
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static int number(ConsumerRecord<byte[], byte[]> record, String name) {
        String text = text(record, name);
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }
}
