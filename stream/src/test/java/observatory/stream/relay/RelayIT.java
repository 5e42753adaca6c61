package observatory.stream.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import observatory.stream.Await;
import observatory.stream.DeadLetters;
import observatory.stream.FrameReader;
import observatory.stream.Frames;
import observatory.stream.Runs;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.Rows;
import observatory.stream.spool.SegmentFile;
import observatory.stream.spool.Spool;
import observatory.stream.wire.Manifest;
import observatory.stream.wire.Measures;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process without a Kafka client spools arrives while it writes, once and in order. */
class RelayIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    @Test
    void carriesALiveWritersFramesAndClearsUpBehindIt() throws Exception {
        Origin origin = Frames.origin("foreign", new UUID(9, 9));
        Path spools = folder.resolve("spool");
        Path writer = spools.resolve(origin.writer().toString());
        List<Telemetry> sent = new ArrayList<>();
        try (Broker broker = Broker.start(folder.resolve("broker"), 0)) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                Topics.STANDARD.create(admin, 1);
            }
            Spool foreign = new Spool(spools, origin.writer(), 1L << 30);
            Files.createFile(writer.resolve(Spool.FOR_RELAY));
            try (Relay relay = new Relay(spools, Connection.to(broker.bootstrap()), Topics.STANDARD, false)) {
                for (int stretch = 0; stretch < 3; stretch++) {
                    for (int i = 0; i < 40; i++) {
                        Telemetry item = Frames.frame(origin, sent.size());
                        sent.add(item);
                        assertTrue(foreign.offer(item));
                    }
                    relayed(relay, sent.size());
                }
                assertEquals(sent, read(broker, origin.run(), sent.size()), "while it writes");
                assertTrue(Files.exists(writer), "the folder is the writer's as long as it lives");
                foreign.close();
                Await.until("the folder is cleared", () -> {
                    look(relay);
                    return !Files.exists(writer);
                });
            }
            assertEquals(sent, read(broker, origin.run(), sent.size()));
        }
        assertFalse(Files.exists(writer));
    }

    @Test
    void ranksOfOneMachineBecomeOneWhereTheyMerge() throws Exception {
        Path spools = folder.resolve("ranks");
        int ranks = 3;
        int steps = 200;
        for (int rank = 0; rank < ranks; rank++) {
            Origin origin = new Origin(new RunId("ranked"), 0, new UUID(8, rank), rank);
            try (Spool foreign = new Spool(spools, origin.writer(), 1L << 30)) {
                Files.createFile(spools.resolve(origin.writer().toString()).resolve(Spool.FOR_RELAY));
                Instant clock = Instant.EPOCH.plusSeconds(3600L * rank);
                Map<String, String> model = Map.of("model", "tiny");
                assertTrue(foreign.offer(RunEvent.of(origin, 0, 0, clock, RunEvent.Kind.START, model)));
                for (int step = 1; step <= steps; step++) {
                    assertTrue(foreign.offer(counted(origin, step)));
                }
                assertTrue(foreign.offer(Frames.event(origin, steps + 1, RunEvent.Kind.END)));
            }
        }
        try (Broker broker = Broker.start(folder.resolve("ranks-broker"), 0)) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                Topics.STANDARD.create(admin, 1);
            }
            try (Relay relay = new Relay(spools, Connection.to(broker.bootstrap()), Topics.STANDARD, true)) {
                relayed(relay, (long) ranks * (steps + 2));
                Await.until("the folders are cleared", () -> {
                    look(relay);
                    return relay.writers() == 0;
                });
            }
            int merged = 0;
            for (Telemetry item : read(broker, new RunId("ranked"), ranks * (steps + 2))) {
                if (item instanceof Frame frame) {
                    boolean lead = frame.origin().rank() == 0;
                    assertEquals(
                            lead ? ranks : 1,
                            frame.scalars().find("ranks_merged").orElse(1));
                    assertEquals(lead ? 1 : 0, frame.sites().columns().size());
                    merged += lead
                            ? (int) frame.sites().column("nan").orElseThrow().values()[0]
                            : 0;
                }
            }
            assertEquals(ranks * steps, merged, "each counted one in each step");
            Manifest manifest = Manifest.of(
                    Runs.list(broker.bootstrap(), Topics.STANDARD).getFirst().manifest());
            assertEquals(
                    List.of(0, 1, 2),
                    manifest.ranks().stream().map(Manifest.Place::data).toList());
            assertEquals(Measures.builtIn(), manifest.metrics());
            assertEquals("tiny", manifest.configuration().get("model"));
            assertEquals(
                    Optional.of(Instant.EPOCH),
                    Runs.list(broker.bootstrap(), Topics.STANDARD).getFirst().started(),
                    "by the first rank's clock");
        }
    }

    /** Two tensor-parallel ranks go on while the relay is replaced: the second never hears their start events. */
    @Test
    void aRelayThatIsReplacedInTheMiddleOfARunGoesOnAsTheOneBefore() throws Exception {
        Path spools = folder.resolve("replaced");
        int steps = 20;
        List<Spool> ranks = new ArrayList<>();
        try (Broker broker = Broker.start(folder.resolve("replaced-broker"), 0)) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                Topics.STANDARD.create(admin, 1);
            }
            for (int rank = 0; rank < 2; rank++) {
                Spool foreign = new Spool(spools, replaced(rank).writer(), 1L << 30);
                ranks.add(foreign);
                Files.createFile(
                        spools.resolve(replaced(rank).writer().toString()).resolve(Spool.FOR_RELAY));
                assertTrue(foreign.offer(RunEvent.of(
                        replaced(rank),
                        0,
                        0,
                        Instant.EPOCH,
                        RunEvent.Kind.START,
                        Map.of("coordinate_tensor", String.valueOf(rank)))));
            }
            for (int life = 0; life < 2; life++) {
                for (int step = 1 + life * steps; step <= (life + 1) * steps; step++) {
                    for (int rank = 0; rank < 2; rank++) {
                        assertTrue(ranks.get(rank).offer(counted(replaced(rank), step)));
                    }
                }
                Await.until(
                        "both ranks have written all",
                        () -> ranks.stream()
                                .allMatch(rank -> rank.kept() == rank.counts().captured()));
                try (Relay relay = new Relay(spools, Connection.to(broker.bootstrap()), Topics.STANDARD, true)) {
                    relayed(relay, 2L * steps + (life == 0 ? 2 : 0));
                    look(relay); // and writes down that all is there
                }
            }
            ranks.forEach(Spool::close);
            for (Telemetry item : read(broker, new RunId("replaced"), 2 * (2 * steps + 1))) {
                if (item instanceof Frame frame && frame.origin().rank() == 0) {
                    assertEquals(2, frame.scalars().find("ranks_merged").orElseThrow(), "step " + frame.step());
                    assertEquals(1, frame.sites().column("nan").orElseThrow().values()[0], "step " + frame.step());
                }
            }
        }
    }

    /**
     * One rank is always some steps ahead, so that something of it always waits: what is finished goes all the same.
     */
    @Test
    void finishedSegmentsGoWhileRanksNeverMeet() throws Exception {
        Path spools = folder.resolve("ahead");
        Path first = SegmentFile.of(spools.resolve(replaced(0).writer().toString()), 0);
        try (Broker broker = Broker.start(folder.resolve("ahead-broker"), 0);
                Spool ahead = new Spool(spools, replaced(0).writer(), 1L << 30);
                Spool behind = new Spool(spools, replaced(1).writer(), 1L << 30)) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                Topics.STANDARD.create(admin, 1);
            }
            for (int rank = 0; rank < 2; rank++) {
                Files.createFile(
                        spools.resolve(replaced(rank).writer().toString()).resolve(Spool.FOR_RELAY));
            }
            assertTrue(behind.offer(Frames.event(replaced(1), 0, RunEvent.Kind.START)));
            assertTrue(ahead.offer(Frames.event(replaced(0), 0, RunEvent.Kind.START)));
            int lead = 30;
            for (int step = 1; step <= lead; step++) {
                assertTrue(ahead.offer(Frames.wide(replaced(0), step, 3000)));
            }
            Await.until("it is ahead", () -> ahead.kept() == lead + 1);
            int[] step = {0};
            try (Relay relay = new Relay(spools, Connection.to(broker.bootstrap()), Topics.STANDARD, true)) {
                assertTrue(Files.exists(first));
                // Looked at at once: a spool of ours, which this writer is, soon keeps anew what others delete of it.
                Await.until("the first segment is gone and later ones are not", () -> {
                    if (ahead.counts().captured() - ahead.kept() < lead / 3) {
                        assertTrue(behind.offer(counted(replaced(1), ++step[0])));
                        assertTrue(ahead.offer(Frames.wide(replaced(0), lead + step[0], 3000)));
                    }
                    look(relay);
                    return firstItemLeft(first.getParent()) > 0;
                });
            }
        }
    }

    /** As `relay --once` does: one rank ended long before the other, of which more is there than waits at once. */
    @Test
    void allIsReadThoughARankWaitsInVainForAnother() throws Exception {
        Path spools = folder.resolve("alone");
        int steps = 300;
        for (int rank = 0; rank < 2; rank++) {
            Origin origin = new Origin(new RunId("alone"), 0, new UUID(5, rank), rank);
            try (Spool foreign = new Spool(spools, origin.writer(), 1L << 30)) {
                Files.createFile(spools.resolve(origin.writer().toString()).resolve(Spool.FOR_RELAY));
                assertTrue(foreign.offer(Frames.event(origin, 0, RunEvent.Kind.START)));
                for (int step = 1; step <= (rank == 0 ? steps : 10); step++) {
                    assertTrue(foreign.offer(counted(origin, step)));
                }
            }
        }
        try (Broker broker = Broker.start(folder.resolve("alone-broker"), 0)) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                Topics.STANDARD.create(admin, 1);
            }
            try (Relay relay = new Relay(spools, Connection.to(broker.bootstrap()), Topics.STANDARD, true)) {
                look(relay);
                assertTrue(relay.behind(), "64 wait for the other rank, and the rest for them");
                Await.until("all is read", () -> {
                    look(relay);
                    return !relay.behind();
                });
                assertEquals(steps + 10 + 2, relay.relayed());
            }
        }
    }

    @Test
    void whatNobodyCanReadIsToldAndGoesToTheDeadLetters() throws Exception {
        Path spools = folder.resolve("unreadable");
        Path writer =
                Files.createDirectories(spools.resolve(Rows.ORIGIN.writer().toString()));
        Files.createFile(writer.resolve(Spool.FOR_RELAY));
        Rows.unreadable(writer);
        try (Broker broker = Broker.start(folder.resolve("unreadable-broker"), 0)) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                Topics.STANDARD.create(admin, 1);
            }
            Connection cluster = Connection.to(broker.bootstrap());
            try (Relay relay = new Relay(spools, cluster, Topics.STANDARD, false)) {
                relayed(relay, 4);
                List<String> complaints = relay.complaints();
                assertEquals(2, complaints.size(), "each kind told once: " + complaints);
                assertTrue(complaints.get(0).contains("malformed: not a document"), complaints::toString);
                assertTrue(complaints.get(1).contains("at least 1 row is damaged"), complaints::toString);
                Await.until("the folder is cleared", () -> {
                    look(relay);
                    return !Files.exists(writer);
                });
                assertEquals(List.of(), relay.complaints());
            }
            List<Long> numbers = read(broker, Rows.ORIGIN.run(), 4).stream()
                    .map(Telemetry::seq)
                    .toList();
            assertEquals(List.of(0L, 2L, 6L, 7L), numbers);
            List<DeadLetters.Letter> letters = DeadLetters.list(cluster, Topics.STANDARD);
            assertEquals(3, letters.size(), letters::toString);
            assertEquals("malformed", letters.getFirst().reason());
            assertEquals(Rows.ORIGIN.writer().toString(), letters.getFirst().topic());
        }
    }

    private static Origin replaced(int rank) {
        return new Origin(new RunId("replaced"), 0, new UUID(6, rank), rank);
    }

    private static Frame counted(Origin origin, int step) {
        Sites sites = new Sites(
                List.of(Site.of(Hook.RESIDUAL, 0)), List.of(new Column("nan", new int[] {0}, new double[] {1})));
        Frame plain = Frames.frame(origin, step);
        return new Frame(origin, step, step, plain.time(), plain.scalars(), sites, Optional.empty());
    }

    private static void relayed(Relay relay, long items) {
        Await.until("all is relayed and delivered", () -> {
            look(relay);
            return relay.relayed() == items && relay.drain(PATIENCE);
        });
    }

    /** 0 where nothing is left. */
    private static long firstItemLeft(Path spool) {
        try (Stream<Path> files = Files.list(spool)) {
            return files.filter(SegmentFile::is)
                    .mapToLong(SegmentFile::firstItem)
                    .min()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void look(Relay relay) {
        try {
            relay.look();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Telemetry> read(Broker broker, RunId run, int items) {
        List<Telemetry> found = new ArrayList<>();
        try (FrameReader reader = new FrameReader(broker.bootstrap(), Topics.STANDARD, Optional.of(run))) {
            Await.until("all is read", () -> {
                found.addAll(reader.poll());
                return found.size() >= items;
            });
        }
        return found;
    }
}
