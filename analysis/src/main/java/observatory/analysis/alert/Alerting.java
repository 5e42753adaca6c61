package observatory.analysis.alert;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Set;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;

/** Alerting against a cluster: {@link AlertService} with its store and its feed, until it is closed. */
public final class Alerting implements AutoCloseable {
    private final FileChannel lock;
    private final AlertStore store;
    private final AlertService service;

    private Alerting(FileChannel lock, AlertStore store, AlertService service) {
        this.lock = lock;
        this.store = store;
        this.service = service;
    }

    /**
     * @param database where it keeps its state; one process at a time, or each would tell everything
     * @throws IOException where another process alerts from this database already
     * @throws org.apache.kafka.common.KafkaException where the cluster or a topic cannot be reached
     */
    public static Alerting start(Connection connection, Topics topics, Path database, AlertConfig config)
            throws SQLException, IOException {
        FileChannel lock = lock(database);
        try {
            AlertStore store = new AlertStore(database);
            try {
                Feed feed = new KafkaFeed(connection, topics, store.positions());
                return new Alerting(lock, store, new AlertService(feed, store, config, InstantSource.system()));
            } catch (SQLException | RuntimeException e) {
                store.close();
                throw e;
            }
        } catch (SQLException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** A lock of the operating system, which a killed process leaves behind open. */
    private static FileChannel lock(Path database) throws IOException {
        Path file = database.resolveSibling(database.getFileName() + ".lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw held(file);
        }
        channel.close();
        throw held(file);
    }

    private static IOException held(Path file) {
        return new IOException(
                file + " is held by another process that sends alerts; end it, or use another directory");
    }

    /** What goes wrong, a sentence each; empty while nothing does. */
    public Set<String> troubles() {
        return service.troubles();
    }

    /** What became of the messages so far. */
    public NotificationCounts notifications() {
        return service.notifications();
    }

    @Override
    public void close() throws SQLException, IOException {
        service.close();
        store.close();
        lock.close();
    }
}
