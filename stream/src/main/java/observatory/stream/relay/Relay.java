package observatory.stream.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.Lock;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Listener;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.Segment;
import observatory.stream.spool.SegmentFile;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;
import observatory.stream.wire.CodecException;

/**
 * Carries what processes without a Kafka client spool on this machine into a cluster while they go on writing. It reads
 * every folder that holds the file {@value Spool#FOR_RELAY}, hands each item to a spool of its own, whose {@link Sender} does the
 * rest, and removes a finished segment once the broker has all of it. A relay that dies sends again what it had not yet
 * removed, merged as it was the first time ({@link MergeJournal}), and readers drop the second by its number.
 * Belongs to one thread.
 */
public final class Relay implements AutoCloseable {
    public static final long LIMIT_BYTES = 2L << 30;

    /** Few, so that the ranks of a run are read side by side. */
    private static final int AT_ONCE = 64;

    private final Path folder;
    private final Spool spool;
    private final Sender sender;
    private final boolean merging;
    private final MergeJournal journal;
    private final StepJoin join;
    /** The last number of each origin that was handed on since it was last written down that the broker has all. */
    private final Map<Origin, Long> passed = new HashMap<>();

    private Listener listener = Listener.NOBODY;
    private final Map<Path, FrameReader> writers = new HashMap<>();
    /** Who was last heard through a reader. */
    private final Map<FrameReader, Origin> last = new HashMap<>();

    /** The last number of each origin that the broker has, as far as it was asked. */
    private final Map<Origin, Long> delivered = new HashMap<>();
    /** The last number of each origin that was read from a writer. */
    private final Map<Path, Map<Origin, Long>> heard = new HashMap<>();

    private final Map<Path, Finished> finished = new HashMap<>();
    private final LetterBox letters;
    /** What is to be told to people, and of what they were told. */
    private final List<String> complaints = new ArrayList<>();

    private final Set<String> complained = new HashSet<>();
    private final Map<Path, Long> damaged = new HashMap<>();
    private long relayed;

    /** Segments that are written and read to their end, and the last numbers that had been read then. */
    private record Finished(List<Path> segments, Map<Origin, Long> upTo) {}

    /** Hears of what passes, on the relay's thread. */
    public interface Listener {
        /** Somebody who does not care. */
        Listener NOBODY = new Listener() {
            @Override
            public void item(Path writer, Telemetry item, boolean alive) {
                // Nothing to do.
            }

            @Override
            public void gone(Path writer) {
                // Nothing to do.
            }
        };

        /**
         * An item was read and goes to the broker.
         *
         * @param writer the folder of the process that wrote it
         * @param alive whether that process still runs
         */
        void item(Path writer, Telemetry item, boolean alive);

        /** The process has ended, and all it wrote is with the broker. */
        void gone(Path writer);
    }

    /**
     * @param folder of all spools of this machine; its own lies beside it, so that no process takes it for a trainer's
     * @param merging whether what the ranks of a run measured of the same step becomes one, as far as it merges exactly
     * @throws IOException where the folder cannot be written
     */
    public Relay(Path folder, Connection connection, Topics topics, boolean merging) throws IOException {
        this.merging = merging;
        this.folder = Files.createDirectories(folder);
        Path own = Files.createDirectories(folder.resolveSibling("relay"));
        this.journal = merging
                ? MergeJournal.open(
                        own.resolve(MergeJournal.FILE), writer -> Files.isDirectory(folder.resolve(writer.toString())))
                : MergeJournal.inMemory();
        this.join = new StepJoin(System::nanoTime, journal);
        this.letters = new LetterBox(connection, topics);
        this.spool = new Spool(own, UUID.randomUUID(), LIMIT_BYTES);
        this.sender = new Sender(spool, topics);
        sender.connect(connection);
    }

    /** Tells somebody of what passes from now on. */
    public void listen(Listener other) {
        listener = other;
    }

    /** Looks once at every writer; how many items were new. */
    public long look() throws IOException {
        long before = relayed;
        // Now and not after reading, when something new is on its way as long as trainers train.
        if (spool.drain(Duration.ZERO) && letters.send()) {
            settle();
        }
        for (Path writer : marked()) {
            if (!writers.containsKey(writer)) {
                writers.put(writer, FrameReader.spool(writer, AT_ONCE, (body, why) -> unreadable(writer, body, why)));
            }
        }
        Map<Path, Lock> gone = new HashMap<>();
        Map<Path, List<Path>> segments = new HashMap<>();
        Set<Path> over = new HashSet<>();
        try {
            for (Path writer : writers.keySet()) {
                // Asked first: what a writer wrote before it went, or went on to another segment, is then read below.
                if (Files.isDirectory(writer)) {
                    Lock.tryLock(writer, Spool.LOCK).ifPresent(lock -> gone.put(writer, lock));
                    segments.put(writer, segments(writer));
                }
            }
            Set<Path> ended = readAll(gone.keySet());
            complain(gone.keySet());
            for (Path writer : ended) {
                List<Path> all = segments.getOrDefault(writer, List.of());
                if (all.size() > 1) {
                    List<Path> but = List.copyOf(all.subList(0, all.size() - 1)); // the last is still being written
                    finished.putIfAbsent(writer, new Finished(but, Map.copyOf(heard.getOrDefault(writer, Map.of()))));
                }
            }
            for (Path writer : writers.keySet()) {
                if (!segments.containsKey(writer) || clear(writer, segments.get(writer), gone.containsKey(writer))) {
                    over.add(writer);
                }
            }
        } finally {
            gone.forEach((writer, lock) -> lock.close(over.contains(writer)));
        }
        for (Path writer : over) {
            FrameReader reader = writers.remove(writer);
            last.remove(reader);
            heard.remove(writer);
            finished.remove(writer);
            damaged.remove(writer);
            reader.close();
            listener.gone(writer);
        }
        return relayed - before;
    }

    /** Whether more is there that was not read, because what was read of it waits for another rank. */
    public boolean behind() {
        return !letters.full() && writers.values().stream().anyMatch(reader -> !reader.atTheEnd());
    }

    /** How many processes are being read from. */
    public int writers() {
        return writers.size();
    }

    public long relayed() {
        return relayed;
    }

    /** What is on its way, for whoever measures it. */
    public Spool spool() {
        return spool;
    }

    /** Why nothing can be delivered at the moment; empty while all goes well. */
    public String trouble() {
        String disk =
                spool.trouble().isEmpty() ? "" : "the relay's own spool beside " + folder + ": " + spool.trouble();
        return Stream.of(sender.trouble(), disk, journal.trouble(), letters.trouble())
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** What was found that cannot be relayed, each told once, since this was last asked. */
    public List<String> complaints() {
        sender.elsewhere().ifPresent(complaints::add);
        List<String> told = List.copyOf(complaints);
        complaints.clear();
        return told;
    }

    /** Waits until the broker has all that was relayed; false where it does not in time. */
    public boolean drain(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        pass(join.release(true));
        boolean all = spool.drain(patience);
        while (all && !letters.send()) {
            all = System.nanoTime() < deadline;
            LockSupport.parkNanos(1_000_000);
        }
        return all;
    }

    @Override
    public void close() {
        pass(join.release(true));
        writers.values().forEach(FrameReader::close);
        letters.close();
        sender.close();
        spool.close();
        journal.close();
    }

    /**
     * Reads all there is, from each writer some at a time and by turns, so that what belongs together meets; whom it
     * read to the end.
     */
    private Set<Path> readAll(Set<Path> gone) {
        Set<Path> ended = new HashSet<>();
        boolean more = true;
        while (more) {
            more = false;
            List<Iterator<Telemetry>> stretches = new ArrayList<>();
            for (Map.Entry<Path, FrameReader> writer : writers.entrySet()) {
                FrameReader reader = writer.getValue();
                if (!join.full(last.get(reader)) && !letters.full()) {
                    List<Telemetry> items = reader.poll();
                    items.forEach(item -> listener.item(writer.getKey(), item, !gone.contains(writer.getKey())));
                    items.stream().reduce((one, next) -> next).ifPresent(item -> last.put(reader, item.origin()));
                    Map<Origin, Long> numbers = heard.computeIfAbsent(writer.getKey(), any -> new HashMap<>());
                    items.forEach(item -> numbers.put(item.origin(), item.seq()));
                    stretches.add(items.iterator());
                    more |= !reader.atTheEnd();
                    if (reader.atTheEnd() && reader.trouble().isEmpty()) {
                        ended.add(writer.getKey());
                    }
                }
            }
            List<Telemetry> ready = new ArrayList<>();
            for (boolean turn = true; turn; ) {
                turn = false;
                for (Iterator<Telemetry> stretch : stretches) {
                    if (stretch.hasNext()) {
                        ready.addAll(hand(stretch.next()));
                        turn = true;
                    }
                }
            }
            pass(ready);
        }
        pass(join.release(false));
        return ended;
    }

    /** The broker has all that was handed on: removes the finished segments of which nothing waits for another rank. */
    private void settle() throws IOException {
        if (!passed.isEmpty()) {
            journal.delivered(passed);
            delivered.putAll(passed);
            passed.clear();
        }
        for (Iterator<Finished> each = finished.values().iterator(); each.hasNext(); ) {
            Finished one = each.next();
            if (one.upTo().entrySet().stream()
                    .allMatch(number -> delivered.getOrDefault(number.getKey(), -1L) >= number.getValue())) {
                for (Path segment : one.segments()) {
                    Segment.deleteFiles(segment);
                }
                each.remove();
            }
        }
    }

    /** Removes what is left of a writer that is gone; whether it is, and everything of it with the broker. */
    private boolean clear(Path writer, List<Path> segments, boolean gone) throws IOException {
        FrameReader reader = writers.get(writer);
        boolean read = gone && reader.atTheEnd() && reader.trouble().isEmpty();
        if (!read || !join.isEmpty() || !spool.drain(Duration.ZERO) || !letters.send()) {
            return false;
        }
        settle();
        for (Path segment : segments) {
            Segment.deleteFiles(segment);
        }
        clear(writer);
        return true;
    }

    private void unreadable(Path writer, byte[] body, CodecException why) {
        letters.put(writer.getFileName().toString(), body, why);
        complain(
                writer + why.reason().label(),
                "a document in " + writer + " is no telemetry (" + why.reason().label() + ": "
                        + why.getMessage().lines().findFirst().orElse("")
                        + "): it goes to the dead letters, as all of its kind; see `observatory topics dead-letters`");
    }

    private void complain(Set<Path> gone) {
        for (Map.Entry<Path, FrameReader> writer : writers.entrySet()) {
            FrameReader reader = writer.getValue();
            long fresh = reader.damaged() - damaged.getOrDefault(writer.getKey(), 0L);
            if (fresh > 0) {
                damaged.put(writer.getKey(), reader.damaged());
                complaints.add("of what was in " + writer.getKey() + " at least " + fresh
                        + (fresh == 1 ? " row is" : " rows are")
                        + " damaged and given up: the checksum is wrong, or the file");
            }
            if (!reader.trouble().isEmpty() && gone.contains(writer.getKey())) {
                complain(reader.trouble(), "cannot read " + reader.trouble() + "; it stays, and is tried again");
            }
        }
    }

    private void complain(String about, String what) {
        if (complained.add(about)) {
            complaints.add(what);
        }
    }

    /** What may go on with an item. */
    private List<Telemetry> hand(Telemetry item) {
        Telemetry told = item instanceof RunEvent event ? Introduction.of(event) : item;
        if (merging && journal.delivered(told)) {
            delivered.put(told.origin(), told.seq());
            return List.of();
        }
        relayed++;
        return merging ? join.add(told) : List.of(told);
    }

    private void pass(List<Telemetry> items) {
        journal.commit();
        for (Telemetry item : items) {
            spool.awaitRoomFor(item);
            passed.put(item.origin(), item.seq());
        }
    }

    private List<Path> marked() throws IOException {
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.filter(each -> Files.exists(each.resolve(Spool.FOR_RELAY)))
                    .toList();
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
