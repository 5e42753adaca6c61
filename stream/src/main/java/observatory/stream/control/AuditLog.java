package observatory.stream.control;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import observatory.probe.RunId;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Json;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes and reads what is audited. Belongs to one thread. */
public final class AuditLog implements AutoCloseable {
    private final Connection connection;
    private final Topics topics;
    private final KafkaProducer<String, byte[]> producer;

    public AuditLog(Connection connection, Topics topics) {
        this.connection = connection;
        this.topics = topics;
        this.producer = new KafkaProducer<>(connection.producer(
                Map.of(ProducerConfig.LINGER_MS_CONFIG, 0, ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000)));
    }

    /** Tells the operators, and keeps it. */
    public void acknowledge(Audit entry) {
        producer.send(entry.acknowledgement(topics));
        producer.send(entry.record(topics));
    }

    /** Keeps an entry; when this returns, the cluster has it, at the broker's time that is returned in milliseconds. */
    public long keep(Audit entry) throws ExecutionException, InterruptedException {
        return producer.send(entry.record(topics)).get().timestamp();
    }

    /** Puts a signed command on the control topic and waits for the run's answer to this operator. */
    public Optional<Audit> ask(RunId run, byte[] signed, String operator, Duration patience)
            throws ExecutionException, InterruptedException {
        try (TopicReader answers = TopicReader.fromTheEnd(connection, topics.controlAcks())) {
            producer.send(new ProducerRecord<>(topics.control(), run.value(), signed))
                    .get();
            long deadline = System.nanoTime() + patience.toNanos();
            while (System.nanoTime() < deadline) {
                for (byte[] value : answers.poll()) {
                    Audit answer = entry(value);
                    // A refusal before the signature was checked names nobody.
                    if (answer.run().equals(run.value())
                            && (answer.who().equals(operator) || answer.who().isEmpty())) {
                        return Optional.of(answer);
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** All that is audited, in order. */
    public static List<Audit> entries(Connection connection, Topics topics) {
        return Audit.read(connection, topics.audit());
    }

    static Audit entry(byte[] value) {
        try {
            return Json.mapper().readValue(value, Audit.class);
        } catch (IOException e) {
            return new Audit("", "", "a record that is no entry", "", "", String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
