package observatory.stream.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.Await;
import observatory.stream.DeadLetters;
import observatory.stream.FrameReader;
import observatory.stream.Frames;
import observatory.stream.RunState;
import observatory.stream.Runs;
import observatory.stream.spool.Leftovers;
import observatory.stream.spool.Rows;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;
import observatory.stream.wire.Codec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The way through a real broker; one broker for all of it, stopped and started again once. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrokerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    static Path folder;

    private static Broker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = startAndCreateTopics(0);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    @Order(1)
    void whatWasSpooledBeforeTheBrokerCameArrivesOnceAndInOrder() throws Exception {
        UUID writer = new UUID(1, 1);
        Origin origin = Frames.origin("early", writer);
        List<Telemetry> sent = new ArrayList<>();
        try (Spool spool = new Spool(folder.resolve("spool"), writer, 1L << 30);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sent.add(Frames.event(origin, 0, RunEvent.Kind.START));
            for (int i = 1; i <= 2000; i++) {
                sent.add(Frames.frame(origin, i));
            }
            sent.add(Frames.event(origin, 2001, RunEvent.Kind.END));
            sent.forEach(spool::offer);
            sender.connect(broker.bootstrap());
            assertTrue(spool.drain(PATIENCE), sender.trouble());
            assertEquals(new Spool.Counts(2002, 2002, 0, 0, 0, 0), spool.counts());
        }
        assertEquals(sent, read("early"));
    }

    @Test
    @Order(2)
    void theNextProcessSendsWhatAKilledOneLeft() throws Exception {
        Origin dead = Frames.origin("dead", new UUID(2, 2));
        try (Spool spool = new Spool(folder.resolve("spool"), dead.writer(), 1L << 30)) {
            for (int i = 0; i < 50; i++) {
                spool.offer(Frames.frame(dead, i));
            }
        }
        Origin heir = Frames.origin("heir", new UUID(2, 3));
        try (Spool spool = new Spool(folder.resolve("spool"), heir.writer(), 1L << 30);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(broker.bootstrap());
            spool.offer(Frames.frame(heir, 0));
            assertTrue(spool.drain(PATIENCE), sender.trouble());
        }
        assertEquals(50, read("dead").size());
        assertEquals(1, read("heir").size());
    }

    @Test
    @Order(3)
    void readersDropWhatComesTwiceAndCountWhatNeverCame() throws Exception {
        Origin origin = Frames.origin("twice", new UUID(3, 3));
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int seq : new int[] {0, 1, 1, 0, 5}) {
                send(producer, Codec.json(Frames.frame(origin, seq)));
            }
            send(producer, "no telemetry".getBytes());
        }
        try (FrameReader reader =
                new FrameReader(broker.bootstrap(), Topics.STANDARD, Optional.of(new RunId("twice")))) {
            List<Telemetry> items = new ArrayList<>();
            while (!reader.atTheEnd()) {
                items.addAll(reader.poll());
            }
            assertEquals(List.of(0L, 1L, 5L), items.stream().map(Telemetry::seq).toList());
            assertEquals(2, reader.duplicates());
            assertEquals(3, reader.missing());
            assertEquals(1, reader.unreadable());
        }
        Connection connection = Connection.to(broker.bootstrap());
        try (TopicReader reader = TopicReader.nearTheEnd(connection, Topics.STANDARD.telemetry(), 1)) {
            List<String> last = new ArrayList<>();
            while (!reader.atTheEnd()) {
                reader.poll().forEach(value -> last.add(new String(value)));
            }
            assertTrue(last.contains("no telemetry"), "the last record of its partition: " + last);
        }
        Map<Integer, Long> beyond = new HashMap<>();
        for (int partition = 0; partition < 100; partition++) {
            beyond.put(partition, Long.MAX_VALUE);
        }
        try (FrameReader reader = FrameReader.from(connection, Topics.STANDARD, beyond)) {
            assertTrue(reader.atTheEnd(), "an offset behind the end is the end");
        }
    }

    /** Not of what a sender sent, which may be there twice. */
    @Test
    @Order(3)
    void aStretchIsWhatLiesBetweenTwoOffsets() throws Exception {
        Origin origin = Frames.origin("stretch", new UUID(3, 4));
        List<Telemetry> sent = new ArrayList<>();
        long first = 0;
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int seq = 0; seq < 20; seq++) {
                Frame frame = Frames.frame(origin, seq);
                sent.add(frame);
                long offset = send(producer, Codec.json(frame));
                first = seq == 0 ? offset : first;
            }
        }
        assertEquals(sent.subList(5, 10), stretch("stretch", first + 5, first + 9));
        assertEquals(sent.subList(18, 20), stretch("stretch", first + 18, Long.MAX_VALUE));
        assertEquals(List.of(), stretch("other", first, Long.MAX_VALUE));
    }

    @Test
    @Order(4)
    void aFolderBelongsToOneBrokerAndCanBeFound() {
        assertEquals(Optional.of(broker.bootstrap()), Broker.running(folder.resolve("broker")));
        String refusal = assertThrows(IOException.class, () -> Broker.start(folder.resolve("broker"), 0))
                .getMessage();
        assertTrue(refusal.contains(broker.bootstrap()), refusal);
        assertEquals(Optional.empty(), Broker.running(folder.resolve("nowhere")));
    }

    @Test
    @Order(5)
    void aBrokerThatGoesAndComesBackHasEverything() throws Exception {
        UUID writer = new UUID(5, 5);
        Origin origin = Frames.origin("outage", writer);
        try (Spool spool = new Spool(folder.resolve("spool"), writer, 1L << 30);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(broker.bootstrap());
            for (int i = 0; i < 100; i++) {
                spool.offer(Frames.frame(origin, i));
            }
            assertTrue(spool.drain(PATIENCE), sender.trouble());
            int port = broker.port();
            broker.close();
            for (int i = 100; i < 300; i++) {
                spool.offer(Frames.frame(origin, i));
            }
            Await.until("the sender to notice", () -> !sender.trouble().isEmpty());
            assertEquals(200, spool.counts().spooled());
            broker = startAndCreateTopics(port);
            sender.connect(broker.bootstrap());
            assertTrue(spool.drain(PATIENCE), sender.trouble());
        }
        List<Telemetry> items = read("outage");
        assertEquals(300, items.size());
        assertTrue(items.stream().allMatch(Frame.class::isInstance));
        assertEquals(2002, read("early").size(), "a restart keeps the old records");
    }

    @Test
    @Order(6)
    void theRegistryKnowsEveryRunThatBeganOrLives() {
        List<Runs.Run> runs = Runs.list(broker.bootstrap(), Topics.STANDARD);
        assertEquals(
                List.of("early", "heir", "outage"),
                runs.stream().map(Runs.Run::run).toList());
        assertEquals(Optional.of(2001L), runs.getFirst().lastStep());
        assertEquals("tiny", runs.getFirst().manifest().get("model"));
        assertTrue(runs.getFirst().ended().isPresent());
        assertTrue(runs.getLast().started().isEmpty(), "no start was sent, but hearts beat");
        assertEquals(Optional.of(299L), runs.getLast().lastStep(), "the last beat is of the end");
        assertEquals(0, runs.getLast().spooled());
        assertEquals(RunState.FINISHED, runs.getFirst().state(Instant.now()));
    }

    @Test
    @Order(7)
    void aTakenPortIsReplacedByAFreeOne(@TempDir Path other) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Broker second = Broker.start(other, taken.getLocalPort())) {
            assertTrue(second.port() != taken.getLocalPort());
        }
    }

    @Test
    @Order(8)
    void whatIsForAnotherClusterOrOtherTopicsWaitsForThose() throws Exception {
        Path spools = folder.resolve("destinations");
        Topics team = new Topics("team.");
        Connection here = Connection.to(broker.bootstrap());
        left(spools, "typo", Connection.to("127.0.0.1:1"), Topics.STANDARD);
        left(spools, "team", here, team);
        UUID writer = new UUID(8, 8);
        try (Spool spool = new Spool(spools, writer, 1L << 30);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(here);
            spool.offer(Frames.frame(Frames.origin("another", writer), 0));
            assertTrue(spool.drain(PATIENCE), sender.trouble());
            String elsewhere = sender.elsewhere().orElseThrow();
            assertTrue(elsewhere.startsWith("2 spools"), elsewhere);
            assertTrue(elsewhere.contains("127.0.0.1:1 (which never answered"), elsewhere);
            String told = Files.readString(spools.resolve(writer.toString()).resolve("spool.destination"));
            assertFalse(told.contains("\"cluster\":\"\""), told);
        }
        assertEquals(List.of(), read("typo"));
        assertEquals(List.of(), read("team"));
        try (Admin admin = here.admin()) {
            team.create(admin, 1);
        }
        Leftovers.Drained drained = Leftovers.drain(spools, here, team, PATIENCE, false);
        assertEquals(3, drained.delivered());
        assertTrue(drained.elsewhere().startsWith("1 spool "), drained.elsewhere());
        try (TopicReader reader = TopicReader.fromTheBeginning(here, team.telemetry())) {
            assertEquals(3, reader.poll().size());
        }
        drained = Leftovers.drain(spools, here, Topics.STANDARD, PATIENCE, true);
        assertEquals(new Leftovers.Drained(3, 0, 0, ""), drained);
        assertEquals(3, read("typo").size());
        assertEquals(Map.of(), Leftovers.find(spools));
    }

    private static void left(Path spools, String run, Connection connection, Topics topics) throws Exception {
        UUID writer = UUID.nameUUIDFromBytes(run.getBytes());
        try (Spool spool = new Spool(spools, writer, 1L << 30);
                Sender sender = new Sender(spool, topics)) {
            sender.connect(connection);
            for (int i = 0; i < 3; i++) {
                spool.offer(Frames.frame(Frames.origin(run, writer), i));
            }
            Await.until("the trouble", () -> !sender.trouble().isEmpty());
        }
    }

    /** As another program may write it, or a newer one: it must not stand in the way of what comes after it. */
    @Test
    @Order(9)
    void whatNobodyCanReadGoesToTheDeadLettersAndTheRestOnItsWay() throws Exception {
        Path spools = folder.resolve("strange");
        Rows.unreadable(Files.createDirectories(spools.resolve(new UUID(9, 1).toString())));
        UUID writer = new UUID(9, 9);
        try (Spool spool = new Spool(spools, writer, 1L << 30);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(broker.bootstrap());
            spool.offer(Frames.frame(Frames.origin("after", writer), 0));
            assertTrue(spool.drain(PATIENCE), sender.trouble());
        }
        try (FrameReader reader =
                new FrameReader(broker.bootstrap(), Topics.STANDARD, Optional.of(Rows.ORIGIN.run()))) {
            List<Telemetry> items = new ArrayList<>();
            while (!reader.atTheEnd()) {
                items.addAll(reader.poll());
            }
            assertEquals(
                    List.of(0L, 2L, 6L, 7L), items.stream().map(Telemetry::seq).toList());
        }
        List<DeadLetters.Letter> letters = DeadLetters.list(Connection.to(broker.bootstrap()), Topics.STANDARD);
        assertEquals(3, letters.size());
        assertEquals(new UUID(9, 1).toString(), letters.getFirst().topic());
    }

    @Test
    @Order(10)
    void whereATopicIsMissingNothingIsSentAgainAndAgain() throws Exception {
        Topics half = new Topics("half.");
        Connection here = Connection.to(broker.bootstrap());
        try (Admin admin = here.admin()) {
            admin.createTopics(List.of(new NewTopic(half.telemetry(), 1, (short) 1)))
                    .all()
                    .get();
        }
        Origin origin = Frames.origin("half", new UUID(10, 10));
        try (Spool spool = new Spool(folder.resolve("half"), origin.writer(), 1L << 30);
                Sender sender = new Sender(spool, half)) {
            spool.offer(Frames.frame(origin, 0));
            spool.offer(Frames.event(origin, 1, RunEvent.Kind.START));
            sender.connect(here);
            Await.until("the trouble", () -> !sender.trouble().isEmpty());
            assertTrue(sender.trouble().contains(half.runs()), sender.trouble());
            assertEquals(2, spool.counts().spooled());
        }
        try (TopicReader reader = TopicReader.fromTheBeginning(here, half.telemetry())) {
            assertTrue(reader.atTheEnd(), "it has no record");
        }
    }

    private static Broker startAndCreateTopics(int port) throws Exception {
        Broker started = Broker.start(folder.resolve("broker"), port);
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", started.bootstrap()))) {
            Topics.STANDARD.create(admin, 1);
        }
        return started;
    }

    private static KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static long send(KafkaProducer<byte[], byte[]> producer, byte[] value) throws Exception {
        return producer.send(new ProducerRecord<>(Topics.STANDARD.telemetry(), value))
                .get()
                .offset();
    }

    private static List<Telemetry> stretch(String run, long first, long last) {
        try (FrameReader reader = FrameReader.stretch(
                Connection.to(broker.bootstrap()), Topics.STANDARD, new RunId(run), 0, first, last)) {
            List<Telemetry> items = new ArrayList<>();
            while (!reader.atTheEnd()) {
                items.addAll(reader.poll());
            }
            return items;
        }
    }

    private static List<Telemetry> read(String run) {
        List<Telemetry> items = new ArrayList<>();
        try (FrameReader reader = new FrameReader(broker.bootstrap(), Topics.STANDARD, Optional.of(new RunId(run)))) {
            while (!reader.atTheEnd()) {
                items.addAll(reader.poll());
            }
            assertEquals(0, reader.missing(), "gaps in " + run);
        }
        return items;
    }
}
