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

    /** All in a folder that nobody writes any more, locked until they are closed. */
    static List<Leftover> in(Path folder, long limitBytes) throws IOException {
        List<Leftover> found = new ArrayList<>();
        List<Path> others;
        try (Stream<Path> folders = Files.list(folder)) {
            others = folders.filter(Files::isDirectory).sorted().toList();
        }
        for (Path other : others) {
            Optional<Lock> lock = Lock.tryLock(other, Spool.LOCK);
            if (lock.isPresent()) {
                found.add(new Leftover(other, lock.get(), limitBytes));
            }
        }
        return List.copyOf(found);
    }

    Path folder() {
        return folder;
    }

    synchronized Store store() {
        if (store == null) {
            store = new Store(folder, limitBytes);
        }
        return store;
    }

    /** Whether there are spooled rows at all. */
    boolean holdsSegments() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(SegmentFile::is);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public synchronized void close() {
        boolean done = store == null ? !holdsSegments() : store.empty();
        if (store != null) {
            store.close();
        } else if (done) {
            new Store(folder, limitBytes).close();
        }
        lock.close(done);
    }
}
