package observatory.stream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import observatory.probe.Telemetry;

/**
 * Carries what processes without a Kafka client spool on this machine into a cluster while they go on writing. It reads
 * every folder that holds the file {@value #MARK}, hands each item to a spool of its own, whose {@link Sender} does the
 * rest, and removes a finished segment once the broker has all of it. A relay that dies sends again what it had not yet
 * removed, and readers drop the second by its number. Belongs to one thread.
 */
public final class Relay implements AutoCloseable {
    /** Says that the writer of a folder does not send by itself. */
    public static final String MARK = "for-relay";

    private static final long LIMIT_BYTES = 2L << 30;

    private final Path folder;
    private final Spool spool;
    private final Sender sender;
    private final Map<Path, FrameReader> writers = new HashMap<>();
    private long relayed;

    /**
     * @param folder of all spools of this machine; its own lies beside it, so that no process takes it for a trainer's
     * @throws IOException where the folder cannot be written
     */
    public Relay(Path folder, Connection connection, Topics topics) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.spool = new Spool(folder.resolveSibling("relay"), UUID.randomUUID(), LIMIT_BYTES);
        this.sender = new Sender(spool, topics);
        sender.connect(connection);
    }

    /** Looks once at every writer; how many items were new. */
    public long look() throws IOException {
        long before = relayed;
        for (Path writer : marked()) {
            if (!writers.containsKey(writer)) {
                writers.put(writer, FrameReader.spool(writer));
            }
        }
        for (Iterator<Path> each = writers.keySet().iterator(); each.hasNext(); ) {
            Path writer = each.next();
            if (!Files.isDirectory(writer) || carry(writer)) {
                writers.get(writer).close();
                each.remove();
            }
        }
        return relayed - before;
    }

    /** How many processes are being read from. */
    public int writers() {
        return writers.size();
    }

    public long relayed() {
        return relayed;
    }

    /** Why nothing can be delivered at the moment; empty while all goes well. */
    public String trouble() {
        return sender.trouble().isEmpty() ? spool.trouble() : sender.trouble();
    }

    /** Waits until the broker has all that was relayed; false where it does not in time. */
    public boolean drain(Duration patience) {
        return spool.drain(patience);
    }

    @Override
    public void close() {
        writers.values().forEach(FrameReader::close);
        sender.close();
        spool.close();
    }

    /** Reads all there is; whether the writer is gone and all it left is with the broker. */
    private boolean carry(Path writer) throws IOException {
        // Asked first: what a writer wrote before it went is then read below.
        Optional<Lock> gone = Lock.tryLock(writer, Spool.LOCK);
        boolean over = false;
        try {
            List<Path> segments = segments(writer);
            FrameReader reader = writers.get(writer);
            do {
                reader.poll().forEach(this::hand);
            } while (!reader.atTheEnd());
            boolean delivered = spool.drain(Duration.ZERO);
            if (delivered) {
                // The last segment is still being written, unless nobody writes any more.
                int finished = gone.isPresent() ? segments.size() : segments.size() - 1;
                for (Path segment : segments.subList(0, Math.max(0, finished))) {
                    Segment.deleteFiles(segment);
                }
            }
            over = delivered && gone.isPresent();
            if (over) {
                clear(writer);
            }
            return over;
        } finally {
            if (gone.isPresent()) {
                gone.get().close(over);
            }
        }
    }

    private void hand(Telemetry item) {
        spool.awaitRoomFor(item);
        relayed++;
    }

    private List<Path> marked() throws IOException {
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.filter(each -> Files.exists(each.resolve(MARK))).toList();
        }
    }

    /** Removes what a writer that is gone kept beside its segments; the lock goes last. */
    private static void clear(Path writer) throws IOException {
        try (Stream<Path> files = Files.list(writer)) {
            for (Path file : files.filter(each -> !each.endsWith(Spool.LOCK)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static List<Path> segments(Path writer) throws IOException {
        try (Stream<Path> files = Files.list(writer)) {
            return files.filter(SegmentFile::is).sorted().toList();
        }
    }
}
