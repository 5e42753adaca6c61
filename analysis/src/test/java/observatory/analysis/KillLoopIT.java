package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import observatory.probe.Telemetry;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Codec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The analysis is killed again and again while it judges; what it says is what it would have said undisturbed. */
class KillLoopIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    @Test
    void fiveTimes() throws Exception {
        survives(5, 1);
    }

    @Test
    @Tag("soak")
    void thirtyTimes() throws Exception {
        survives(30, 2);
    }

    private void survives(int kills, long seed) throws Exception {
        System.out.println("kill loop: kills=" + kills + ", seed=" + seed);
        Random random = new Random(seed);
        List<Telemetry> items = Recorded.eventful();
        try (Broker broker = Broker.start(folder.resolve("broker"), 0);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
                KafkaProducer<String, byte[]> producer = producer(broker)) {
            Topics.STANDARD.create(admin, 1);
            int sent = 0;
            for (int round = 0; round <= kills; round++) {
                Process watch = start(broker.bootstrap(), round);
                try {
                    int until = round == kills ? items.size() : (round + 1) * items.size() / (kills + 1);
                    for (; sent < until; sent++) {
                        producer.send(new ProducerRecord<>(
                                Topics.STANDARD.telemetry(), Recorded.RUN.value(), Codec.smile(items.get(sent))));
                    }
                    producer.flush();
                    if (round < kills) {
                        committedSomething(admin, sent, random);
                    } else {
                        assertEquals(expected(items), said(broker.bootstrap()));
                    }
                } finally {
                    watch.destroyForcibly().waitFor(); // no shutdown hook runs, nothing is closed
                }
            }
        }
    }

    /** Waits until the analysis has committed a part of what was sent, a part drawn anew each time. */
    private static void committedSomething(Admin admin, int sent, Random random) throws Exception {
        long part = sent - 1 - random.nextInt(Math.min(60, sent));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            boolean far = WatchService.judged(admin, Topics.STANDARD).values().stream()
                    .anyMatch(offset -> offset >= part);
            if (far) {
                return;
            }
            LockSupport.parkNanos(20_000_000);
        }
        throw new AssertionError("the analysis has not come to record " + part);
    }

    private static SortedMap<Integer, Incident> expected(List<Telemetry> items) {
        RunWatch watch = RunWatch.of(Recorded.RUN);
        items.forEach(watch::accept);
        SortedMap<Integer, Incident> incidents = new TreeMap<>();
        watch.incidents().forEach(incident -> incidents.put(incident.id(), incident));
        return incidents;
    }

    /** The last word on every incident, once the end of the run has been judged. */
    private static SortedMap<Integer, Incident> said(String bootstrap) {
        SortedMap<Integer, Incident> incidents = new TreeMap<>();
        List<Judged.Watermark> ends = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (TopicReader reader = TopicReader.fromTheBeginning(bootstrap, Topics.STANDARD.incidents())) {
            while (ends.isEmpty() && System.nanoTime() < deadline) {
                for (byte[] value : reader.poll()) {
                    switch (Judged.decode(value)) {
                        case Judged.Of of -> incidents.put(of.incident().id(), of.incident());
                        case Judged.Watermark end -> ends.add(end);
                    }
                }
            }
        }
        assertEquals(1, ends.size(), "the end is told once");
        return incidents;
    }

    private static KafkaProducer<String, byte[]> producer(Broker broker) {
        return new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private Process start(String bootstrap, int round) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(
                        java.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WatchProcess.class.getName(),
                        bootstrap,
                        folder.resolve("streams-" + round).toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("watch-" + round + ".log").toFile())
                .start();
        assertTrue(process.isAlive());
        return process;
    }
}
