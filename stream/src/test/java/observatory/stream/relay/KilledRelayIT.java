package observatory.stream.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import observatory.probe.Origin;
import observatory.probe.Telemetry;
import observatory.stream.Await;
import observatory.stream.Child;
import observatory.stream.FrameReader;
import observatory.stream.Frames;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.Spool;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A relay that merges nothing writes down nothing of what it did. It is killed again and again while a trainer writes
 * and segments come to their end: the next reads what is left, and readers have each item once, in order.
 */
class KilledRelayIT {
    private static final long SEED = 20261127;
    private static final int KILLS = 6;
    /** Frames that come while one of the relays lives. */
    private static final int EACH = 30;
    /** Half a megabyte a frame: a segment holds some thirty. */
    private static final int SITES = 3000;

    @TempDir
    Path folder;

    @Test
    void losesNothingAndDoublesNothing() throws Exception {
        Random random = new Random(SEED);
        Origin origin = Frames.origin("relayed", new UUID(4, 4));
        Path spools = folder.resolve("spool");
        Path writer = spools.resolve(origin.writer().toString());
        int[] sent = {0};
        try (Broker broker = Broker.start(folder.resolve("broker"), 0)) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                Topics.STANDARD.create(admin, 1);
            }
            try (Spool trainer = new Spool(spools, origin.writer(), 1L << 30)) {
                Files.createFile(writer.resolve(Spool.FOR_RELAY));
                for (int kill = 1; kill <= KILLS; kill++) {
                    int until = kill * EACH;
                    int enough = 1 + random.nextInt(EACH);
                    try (Child relay = Child.start(
                            folder.resolve("relays"),
                            RelayProcess.class,
                            List.of(spools.toString(), broker.bootstrap()))) {
                        Await.until("it has relayed " + enough, () -> {
                            if (sent[0] < until) {
                                assertTrue(trainer.offer(Frames.wide(origin, sent[0]++, SITES)));
                            }
                            return relay.lines().stream().anyMatch(line -> Integer.parseInt(line) >= enough);
                        });
                    }
                }
            }
            try (Relay last = new Relay(spools, Connection.to(broker.bootstrap()), Topics.STANDARD, false)) {
                Await.until("the folder is cleared", () -> {
                    look(last);
                    return !Files.exists(writer);
                });
            }
            read(broker, origin, sent[0]);
        }
    }

    private static void read(Broker broker, Origin origin, int frames) {
        List<Telemetry> found = new ArrayList<>();
        try (FrameReader reader = new FrameReader(broker.bootstrap(), Topics.STANDARD, Optional.of(origin.run()))) {
            Await.until("all is read", () -> {
                found.addAll(reader.poll());
                return found.size() >= frames && reader.atTheEnd();
            });
            assertEquals(0, reader.missing());
            System.out.println(
                    "relays killed: " + KILLS + ", frames: " + frames + ", sent again: " + reader.duplicates());
        }
        assertEquals(frames, found.size());
        for (int i = 0; i < frames; i++) {
            assertEquals(Frames.wide(origin, i, SITES), found.get(i));
        }
    }

    private static void look(Relay relay) {
        try {
            relay.look();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
