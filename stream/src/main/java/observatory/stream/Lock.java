package observatory.stream;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Says that a folder belongs to this process; gone with the process, however that ends. */
public final class Lock {
    /**
     * The lock files held by this process. They must not even be opened a second time, because on POSIX systems closing
     * any channel of a file gives up all locks the process has on it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private FileChannel channel;

    private Lock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** The lock of a folder, which is made where it does not exist; empty where this or another process has it. */
    public static Optional<Lock> tryLock(Path folder, String name) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.toRealPath().resolve(name);
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        Optional<FileChannel> channel = Optional.empty();
        try {
            channel = open(file);
            return channel.map(open -> new Lock(file, open));
        } finally {
            if (channel.isEmpty()) {
                HELD.remove(file);
            }
        }
    }

    /** Takes the folder again where someone deleted it. */
    public void renew() {
        if (Files.exists(file)) {
            return;
        }
        try {
            Files.createDirectories(file.getParent());
            Optional<FileChannel> again = open(file);
            if (again.isPresent()) {
                channel.close();
                channel = again.get();
            }
        } catch (IOException e) {
            // The folder cannot be written now; the store says so, and the next call tries again.
            assert channel.isOpen();
        }
    }

    /** Gives the folder back, and removes it where nothing is left in it. */
    public void close(boolean empty) {
        try {
            if (empty) {
                Files.deleteIfExists(file);
            }
            channel.close();
            if (empty) {
                Files.deleteIfExists(file.getParent());
            }
        } catch (IOException e) {
            // The folder stays; the next process finds it empty and removes it.
            assert Files.exists(file.getParent());
        } finally {
            HELD.remove(file);
        }
    }

    private static Optional<FileChannel> open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(channel);
    }
}
