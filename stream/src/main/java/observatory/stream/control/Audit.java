package observatory.stream.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.List;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Json;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Who did what to which run, when, and with what result; kept on a topic of its own. */
public record Audit(String time, String who, String what, String run, String result, String reason) {

    ProducerRecord<String, byte[]> record(Topics topics) {
        return new ProducerRecord<>(topics.audit(), run, bytes(this));
    }

    /** As {@link #record}, for the topic that tells operators what became of their commands. */
    ProducerRecord<String, byte[]> acknowledgement(Topics topics) {
        return new ProducerRecord<>(topics.controlAcks(), run, bytes(this));
    }

    private static byte[] bytes(Audit entry) {
        try {
            return Json.mapper().writeValueAsBytes(entry);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an entry is plain text", e);
        }
    }

    /** All entries of a topic, in order. */
    static List<Audit> read(Connection connection, String topic) {
        List<Audit> entries = new ArrayList<>();
        try (TopicReader reader = TopicReader.fromTheBeginning(connection, topic)) {
            while (!reader.atTheEnd()) {
                for (byte[] value : reader.poll()) {
                    entries.add(AuditLog.entry(value));
                }
            }
        }
        return entries;
    }
}
