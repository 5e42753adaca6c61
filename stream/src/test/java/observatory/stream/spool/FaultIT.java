package observatory.stream.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.Await;
import observatory.stream.Child;
import observatory.stream.FrameReader;
import observatory.stream.Frames;
import observatory.stream.TcpProxy;
import observatory.stream.cluster.BrokerMain;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happens to telemetry when a real broker, in a process of its own behind a proxy, is killed, stopped or cut off.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final long ROOMY = 2L << 30;
    private static final long SEED = 20261128;

    @TempDir
    static Path folder;

    private static TcpProxy proxy;
    private static Child broker;

    @BeforeAll
    static void start() throws Exception {
        proxy = new TcpProxy();
        startBroker();
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
        proxy.close();
    }

    @Test
    @Order(1)
    void anOutageOfTheBrokerLosesNothingAndDoublesNothing() throws Exception {
        outage(2_000);
    }

    @Test
    @Order(1)
    @Tag("soak")
    void anHourWithoutTheBrokerLosesNothingAndDoublesNothing() throws Exception {
        outage(18_000);
    }

    /** Five steps a second, 100 sites with five metrics each. */
    private void outage(int steps) throws Exception {
        Origin origin = Frames.origin("outage-" + steps, UUID.randomUUID());
        try (Spool spool = new Spool(folder.resolve("spool"), origin.writer(), ROOMY);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(bootstrap());
            offer(spool, origin, 0, 100, 100);
            assertTrue(spool.drain(PATIENCE), sender.trouble());
            broker.kill();
            long heap = liveHeapBytes();
            long[] offerNanos = offer(spool, origin, 100, steps, 100);
            long grown = liveHeapBytes() - heap;
            assertTrue(grown < 64 << 20, "an outage is on disk, not in memory: " + grown + " bytes");
            Await.until("the sender to say so", () -> !sender.trouble().isEmpty());
            assertEquals(steps, spool.counts().captured());
            assertEquals(0, spool.counts().refused());
            startBroker();
            long began = System.nanoTime();
            assertTrue(spool.drain(PATIENCE), sender.trouble());
            double seconds = (System.nanoTime() - began) / 1e9;
            Arrays.sort(offerNanos);
            System.out.printf(
                    "outage of %d steps: live heap grew by %.1f MB; offer p50 %d ns, p99 %d ns, max %d ns;"
                            + " drained in %.1f s = %.0f x real time%n",
                    steps,
                    grown / 1e6,
                    offerNanos[offerNanos.length / 2],
                    offerNanos[offerNanos.length * 99 / 100],
                    offerNanos[offerNanos.length - 1],
                    seconds,
                    steps / 5.0 / seconds);
            assertTrue(seconds < steps / 5.0 / 10 + 30, "drained ten times faster than it came: " + seconds + " s");
            assertEquals(new Spool.Counts(steps, steps, 0, 0, 0, 0), spool.counts());
        }
        assertWhole(read(origin), steps);
    }

    @Test
    @Order(2)
    void aStoppedBrokerIsWaitedForAndGoesOn() throws Exception {
        Origin origin = Frames.origin("stopped", new UUID(2, 2));
        try (Spool spool = new Spool(folder.resolve("spool"), origin.writer(), ROOMY);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(bootstrap());
            offer(spool, origin, 0, 50, 10);
            assertTrue(spool.drain(PATIENCE), sender.trouble());
            broker.signal("STOP");
            offer(spool, origin, 50, 500, 10);
            Await.until("the sender to say so", () -> !sender.trouble().isEmpty());
            broker.signal("CONT");
            assertTrue(spool.drain(PATIENCE), sender.trouble());
            assertEquals("", sender.trouble());
        }
        assertWhole(read(origin), 500);
    }

    @Test
    @Order(3)
    void slowHalfOpenAndResetConnectionsOnlyDelay() throws Exception {
        Origin origin = Frames.origin("proxied", new UUID(3, 3));
        Random random = new Random(SEED);
        int sent = 0;
        try (Spool spool = new Spool(folder.resolve("spool"), origin.writer(), ROOMY);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(bootstrap());
            for (TcpProxy.Mode mode : TcpProxy.Mode.values()) {
                int count = 100 + random.nextInt(200);
                proxy.mode(mode);
                offer(spool, origin, sent, sent + count, 20);
                sent += count;
                if (mode == TcpProxy.Mode.PASS || mode == TcpProxy.Mode.SLOW) {
                    assertTrue(spool.drain(PATIENCE), mode + ": " + sender.trouble());
                } else {
                    Await.until("the sender to say so", () -> !sender.trouble().isEmpty());
                    proxy.mode(TcpProxy.Mode.RESET);
                    proxy.mode(TcpProxy.Mode.PASS);
                    assertTrue(spool.drain(PATIENCE), mode + ": " + sender.trouble());
                }
            }
            assertEquals(new Spool.Counts(sent, sent, 0, 0, 0, 0), spool.counts());
        } finally {
            proxy.mode(TcpProxy.Mode.PASS);
        }
        assertWhole(read(origin), sent);
    }

    @Test
    @Order(4)
    void killedSendersLoseAndDoubleNothing() throws Exception {
        killSenders(3);
    }

    @Test
    @Order(4)
    @Tag("soak")
    void thirtyKilledSendersLoseAndDoubleNothing() throws Exception {
        killSenders(30);
    }

    private void killSenders(int kills) throws Exception {
        Path spools = folder.resolve("killed" + kills);
        Random random = new Random(SEED);
        List<Origin> origins = new ArrayList<>();
        List<Long> safe = new ArrayList<>();
        for (int round = 0; round < kills; round++) {
            Origin origin = Frames.origin("killed", new UUID(kills, round));
            int reports = 2 + random.nextInt(20);
            try (Child writer = Child.start(
                    spools,
                    SendingWriter.class,
                    List.of(spools.toString(), origin.writer().toString(), bootstrap()))) {
                Await.until("reports of the writer", () -> writer.lines().size() > reports);
                writer.kill();
                safe.add(Long.valueOf(writer.lines().getLast()));
            }
            origins.add(origin);
        }
        try (Spool heir = new Spool(spools, new UUID(0, kills), ROOMY);
                Sender sender = new Sender(heir, Topics.STANDARD)) {
            sender.connect(bootstrap());
            heir.offer(Frames.frame(Frames.origin("heir", new UUID(0, kills)), 0));
            assertTrue(heir.drain(PATIENCE), "what is left goes first: " + sender.trouble());
        }
        for (int round = 0; round < kills; round++) {
            List<Telemetry> items = read(origins.get(round));
            assertTrue(items.size() > safe.get(round), "on disk was " + safe.get(round) + ", came " + items.size());
            assertWhole(items, items.size());
        }
    }

    @Test
    @Order(5)
    void aBrokerKilledUnderLoadKeepsWhatItAcknowledged() throws Exception {
        killBrokers(2);
    }

    @Test
    @Order(5)
    @Tag("soak")
    void aBrokerKilledTwentyTimesUnderLoadKeepsWhatItAcknowledged() throws Exception {
        killBrokers(20);
    }

    private void killBrokers(int kills) throws Exception {
        Origin origin = Frames.origin("broker-kills-" + kills, UUID.randomUUID());
        int sent = 0;
        try (Spool spool = new Spool(folder.resolve("spool"), origin.writer(), ROOMY);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(bootstrap());
            for (int kill = 0; kill < kills; kill++) {
                offer(spool, origin, sent, sent + 1000, 20);
                sent += 1000;
                long seen = spool.counts().delivered();
                Await.until("some of it to arrive", () -> spool.counts().delivered() > seen);
                broker.kill();
                startBroker();
            }
            assertTrue(spool.drain(PATIENCE), sender.trouble());
        }
        assertWhole(read(origin), sent);
    }

    @Test
    @Order(6)
    void withoutAnyBrokerTrainingGoesOnAndEndsAtOnce() throws Exception {
        Origin origin = Frames.origin("alone", new UUID(6, 6));
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        long closing;
        try (Spool spool = new Spool(folder.resolve("alone"), origin.writer(), ROOMY)) {
            try (Sender sender = new Sender(spool, Topics.STANDARD)) {
                sender.connect("127.0.0.1:" + nobody);
                offer(spool, origin, 0, 500, 20);
                Await.until("the sender to say so", () -> sender.trouble().contains("127.0.0.1:" + nobody));
                closing = System.nanoTime();
            }
            assertTrue(System.nanoTime() - closing < Duration.ofSeconds(30).toNanos(), "closing waits for nobody");
            Await.until("all of it on disk", () -> spool.store().counts().held() == 500);
            assertEquals(new Spool.Counts(500, 0, 500, 0, 0, 0), spool.counts());
        }
    }

    @Test
    @Order(7)
    void twoProcessesThatClaimOneRunAreKeptApart() throws Exception {
        Origin one = Frames.origin("claimed", new UUID(7, 1));
        Origin other = Frames.origin("claimed", new UUID(7, 2));
        for (Origin origin : List.of(one, other)) {
            try (Spool spool = new Spool(folder.resolve("spool"), origin.writer(), ROOMY);
                    Sender sender = new Sender(spool, Topics.STANDARD)) {
                sender.connect(bootstrap());
                offer(spool, origin, 0, 200, 5);
                assertTrue(spool.drain(PATIENCE), sender.trouble());
            }
        }
        assertWhole(read(one), 200);
        assertWhole(read(other), 200);
    }

    /** How long each offer took. What finds the ring full waits and offers again, as no trainer would have to. */
    private static long[] offer(Spool spool, Origin origin, int from, int to, int sites) {
        long[] nanos = new long[to - from];
        for (int seq = from; seq < to; seq++) {
            Frame frame = Frames.wide(origin, seq, sites);
            if (seq % 500 == 499) {
                long captured = seq - 400;
                Await.until("the capture thread", () -> Row.item(spool.store().lastKey()) >= captured);
            }
            long began = System.nanoTime();
            assertTrue(spool.offer(frame));
            nanos[seq - from] = System.nanoTime() - began;
        }
        return nanos;
    }

    private static long liveHeapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void startBroker() throws Exception {
        broker = Child.start(
                folder.resolve("logs"),
                BrokerMain.class,
                List.of(folder.resolve("broker").toString(), "0", "advertised.listeners=PLAINTEXT://" + bootstrap()));
        String address = broker.firstLine();
        proxy.to(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
        try (Admin admin = Connection.to(bootstrap()).admin()) {
            Topics.STANDARD.create(admin, 1);
        }
    }

    private static String bootstrap() {
        return "127.0.0.1:" + proxy.port();
    }

    private static void assertWhole(List<Telemetry> items, int count) {
        assertEquals(count, items.size());
        for (int i = 0; i < count; i++) {
            assertEquals(i, items.get(i).seq());
        }
    }

    /** All there is of one writer, straight from the topic. */
    private static List<Telemetry> read(Origin origin) {
        List<Telemetry> items = new ArrayList<>();
        try (FrameReader reader = new FrameReader(
                bootstrap(), Topics.STANDARD, Optional.of(new RunId(origin.run().value())))) {
            while (!reader.atTheEnd()) {
                reader.poll().stream()
                        .filter(item -> item.origin().equals(origin))
                        .forEach(items::add);
            }
            assertEquals(0, reader.missing());
        }
        return items;
    }
}
