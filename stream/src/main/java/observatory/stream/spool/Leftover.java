package observatory.stream.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import observatory.stream.Lock;

/**
 * The spool a killed process left behind, locked by this one. Opened, and repaired where needed, when it
 * is first asked for.
 */
final class Leftover implements AutoCloseable {
    private final Path folder;
    private final Lock lock;
    private final long limitBytes;
    private Store store;

    private Leftover(Path folder, Lock lock, long limitBytes) {
        this.folder = folder;
        this.lock = lock;
        this.limitBytes = limitBytes;
    }

    /**
     * All in a folder that nobody writes any more, locked until they are closed, but for those that a relay carries:
     * what stands there is to be introduced, and merged with other ranks, first.
     */
    static List<Leftover> in(Path folder, long limitBytes) throws IOException {
        List<Leftover> found = new ArrayList<>();
        List<Path> others;
        try (Stream<Path> folders = Files.list(folder)) {
            others = folders.filter(Files::isDirectory)
                    .filter(each -> !Files.exists(each.resolve(Spool.FOR_RELAY)))
                    .sorted()
                    .toList();
        }
        for (Path other : others) {
            lock(other).ifPresent(lock -> found.add(new Leftover(other, lock, limitBytes)));
        }
        return List.copyOf(found);
    }

    /** Empty where somebody has it, or it is not this user's. */
    private static Optional<Lock> lock(Path folder) {
        try {
            return Lock.tryLock(folder, Spool.LOCK);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    Path folder() {
        return folder;
    }

    /** Where it is to be sent; empty where it does not say. */
    Optional<Destination> destination() {
        return Destination.of(folder);
    }

    synchronized Store store() {
        if (store == null) {
            store = new Store(folder, limitBytes);
        }
        return store;
    }

    /** Whether there are spooled rows at all. */
    boolean holdsSegments() {
        return SegmentFile.in(folder);
    }

    @Override
    public synchronized void close() {
        boolean done = store == null ? !holdsSegments() : store.empty();
        if (store != null) {
            store.close();
        } else if (done) {
            new Store(folder, limitBytes).close();
        }
        if (done) {
            Destination.forget(folder);
        }
        lock.close(done);
    }
}
