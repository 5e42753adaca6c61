package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import observatory.analysis.Incident;
import observatory.analysis.Judged;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Codec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From incidents and frames on a real broker to a webhook, through a restart. */
class AlertingIT {
    private static final Topics TOPICS = Topics.STANDARD;

    @TempDir
    Path folder;

    @Test
    void incidentsOfABrokerAreToldAndARestartGoesOn() throws Exception {
        try (Hook hook = new Hook();
                Broker broker = Broker.start(folder.resolve("broker"), 0)) {
            try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrap()))) {
                TOPICS.create(admin, 2);
            }
            AlertConfig config = config(hook.url());
            Incident spike = Said.incident(1, Kind.LOSS_SPIKE, Severity.CRITICAL, 10, 10);
            try (KafkaProducer<String, byte[]> producer = producer(broker)) {
                say(producer, Said.resolved(Said.incident(7, Kind.OVERFLOW, Severity.CRITICAL, 1, 2)));
                try (Alerting alerting = start(broker, config)) {
                    assertThrows(
                            IOException.class, () -> start(broker, config), "two of them would tell everything twice");
                    say(producer, spike);
                    for (long step = 11; step <= 40 && hook.bodies().isEmpty(); step++) {
                        producer.send(new ProducerRecord<>(
                                        TOPICS.telemetry(), Said.RUN.value(), Codec.smile(frame(step))))
                                .get();
                    }
                    Said.await("the alert", () -> !hook.bodies().isEmpty());
                    assertEquals(Set.of(), alerting.troubles());
                }
                say(producer, Said.resolved(spike));
                try (Alerting _ = start(broker, config)) {
                    Said.await("the end", () -> hook.bodies().size() == 2);
                }
            }
            assertEquals(List.of("firing", "resolved"), hook.statuses());
            assertTrue(hook.bodies().stream()
                    .allMatch(body ->
                            body.path("commonLabels").path("alertname").asText().equals("LossSpike")));
        }
    }

    private AlertConfig config(String url) throws IOException {
        Path file = Files.writeString(folder.resolve("alerts.yaml"), """
                group_wait: 0s
                group_interval: 0s
                rules:
                  - match: {alertname: LossSpike}
                    for: {steps: 5}
                receivers:
                  - {name: hook, type: webhook, url: "%s", allow_private: true}
                """.formatted(url));
        return AlertConfig.read(file, AlertConfig.Means.standard(Map.of(), line -> {}));
    }

    private Alerting start(Broker broker, AlertConfig config) throws Exception {
        return Alerting.start(Connection.to(broker.bootstrap()), TOPICS, folder.resolve("alerts.db"), config);
    }

    private static KafkaProducer<String, byte[]> producer(Broker broker) {
        return new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", broker.bootstrap()),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private static void say(KafkaProducer<String, byte[]> producer, Incident incident) throws Exception {
        producer.send(new ProducerRecord<>(
                        TOPICS.incidents(), incident.run().value(), new Judged.Of(incident).encode()))
                .get();
    }

    private static Frame frame(long step) {
        Origin origin = new Origin(Said.RUN, 0, new UUID(0, 1), 0);
        Scalars scalars = new Scalars.Builder().put(Scalars.LOSS, 2).build();
        return new Frame(origin, step, step, Instant.EPOCH, scalars, Sites.none(), Optional.empty());
    }
}
