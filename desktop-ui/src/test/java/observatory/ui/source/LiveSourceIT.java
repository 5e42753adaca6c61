package observatory.ui.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import observatory.probe.RunId;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Codec;
import observatory.ui.Frames;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run on a real broker: seen from its first record on, through an outage, and without a trace on the broker. */
class LiveSourceIT {
    private static final Topics TOPICS = Topics.STANDARD;

    @TempDir
    private Path folder;

    private volatile Duration ahead = Duration.ZERO;

    private Instant now() {
        return Instant.now().plus(ahead);
    }

    @Test
    void itFollowsARunThroughAnOutageAndLeavesNoGroupBehind() throws Exception {
        int port;
        LiveSource live;
        try (Broker broker = Broker.start(folder, 0)) {
            port = broker.port();
            try (Admin admin = Connection.to(broker.bootstrap()).admin()) {
                TOPICS.create(admin, 1);
            }
            send(broker, 0, 50);
            live = new LiveSource(Connection.to(broker.bootstrap()), TOPICS, Frames.RUN, this::now);
            await("the steps that were there before", () -> steps(live) == 50);
            send(broker, 50, 60);
            await("those that came while it looked", () -> steps(live) == 60);
            send(broker, 1, 0, 30);
            await("another rank", () -> live.recording().ranks().equals(List.of(0, 1)));
            assertTrue(live.showRank(1));
            await("what that rank measured", () -> live.recording().rank() == 1 && steps(live) == 30);
            assertTrue(live.showRank(0));
            await("the first rank again", () -> live.recording().rank() == 0 && steps(live) == 60);
            try (Admin admin = Connection.to(broker.bootstrap()).admin()) {
                assertTrue(admin.listGroups().all().get().isEmpty(), "looking joins no group");
            }
        }
        ahead = Duration.ofMinutes(1); // of silence
        await("that the broker has gone", () -> live.health().trouble().contains("does not answer"));
        try (Broker again = Broker.start(folder, port)) {
            assertEquals(port, again.port(), "the same address as before");
            send(again, 60, 75);
            await("those that came after the outage", () -> steps(live) == 75);
            assertEquals(0, live.health().missing());
            await("that the broker is there", () -> live.health().trouble().isEmpty());
        } finally {
            live.close();
        }
    }

    /** A run whose name was mistyped would be waited for without a word, as would one whose broker has gone. */
    @Test
    void ofARunThatNobodyKnowsItSaysSo() throws Exception {
        LiveSource live;
        try (Broker broker = Broker.start(folder, 0)) {
            try (Admin admin = Connection.to(broker.bootstrap()).admin()) {
                TOPICS.create(admin, 1);
            }
            live = new LiveSource(Connection.to(broker.bootstrap()), TOPICS, new RunId("mistyped"), this::now);
            await("that nothing is known of it", () -> live.trouble().startsWith("no step of the run mistyped"));
            assertEquals("waiting", live.connection().text());
        }
        ahead = Duration.ofMinutes(1); // of silence
        try (live) {
            await("that the broker has gone", () -> live.connection().text().equals("no answer"));
        }
    }

    private static int steps(LiveSource live) {
        return live.recording().frames().size();
    }

    private static void send(Broker broker, int from, int to) throws Exception {
        send(broker, 0, from, to);
    }

    private static void send(Broker broker, int rank, int from, int to) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()), new StringSerializer(), new ByteArraySerializer())) {
            for (int step = from; step < to; step++) {
                producer.send(new ProducerRecord<>(
                                TOPICS.telemetry(), Frames.RUN.value(), Codec.smile(Frames.ranked(step, rank, 2))))
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static void await(String what, BooleanSupplier there) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!there.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "not seen: " + what);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
