package observatory.stream.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import observatory.stream.DeadLetters;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.CodecException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Documents that nobody can read, on their way to the topic of dead letters; each stays here until the broker has it.
 * Belongs to one thread, which it keeps for a second at most.
 */
final class LetterBox implements AutoCloseable {
    private static final int ROOM = 1000;
    private static final int PATIENCE_MILLIS = 1000;

    private final Connection connection;
    private final Topics topics;
    private final List<Letter> letters = new ArrayList<>();
    private KafkaProducer<String, byte[]> producer; // none before the first letter

    private static final class Letter {
        private final ProducerRecord<String, byte[]> record;
        private Future<RecordMetadata> sent;

        private Letter(ProducerRecord<String, byte[]> record) {
            this.record = record;
        }

        private boolean is(Future.State state) {
            return sent != null && sent.state() == state;
        }
    }

    LetterBox(Connection connection, Topics topics) {
        this.connection = connection;
        this.topics = topics;
    }

    /** @param from the spool that held it */
    void put(String from, byte[] body, CodecException why) {
        letters.add(new Letter(DeadLetters.record(topics, from, body, why)));
    }

    /** Why a letter was not sent; empty where none failed. */
    String trouble() {
        return letters.stream()
                .filter(letter -> letter.is(Future.State.FAILED))
                .map(letter -> "a dead letter was not taken: "
                        + letter.sent.exceptionNow().getMessage())
                .findFirst()
                .orElse("");
    }

    boolean full() {
        return letters.size() >= ROOM;
    }

    boolean isEmpty() {
        return letters.isEmpty();
    }

    /** Sends what waits, again where that failed; whether the broker has all. */
    boolean send() {
        letters.removeIf(letter -> letter.is(Future.State.SUCCESS));
        if (letters.isEmpty()) {
            return true;
        }
        if (producer == null) {
            producer = new KafkaProducer<>(
                    connection.producer(Map.of(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS)));
        }
        for (Letter letter : letters) {
            if (letter.sent == null || letter.is(Future.State.FAILED)) {
                letter.sent = producer.send(letter.record);
                if (letter.is(Future.State.FAILED)) {
                    return false; // the others would wait as long
                }
            }
        }
        return false;
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
    }
}
