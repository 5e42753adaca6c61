package observatory.stream.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import observatory.stream.Lock;

/**
 * The folder of a broker's data, taken before the broker starts: who starts one beside other work knows at once that no
 * other process has it. Closed, it is given back where no broker was started on it; a broker gives it back itself.
 */
public final class BrokerFolder implements AutoCloseable {
    private static final String LOCK = "broker.lock";

    private final Path folder;
    private final Lock lock;
    private boolean handedOn;

    private BrokerFolder(Path folder, Lock lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Takes a folder, which is made where it does not exist.
     *
     * @throws IOException where the folder cannot be written, or another has it
     */
    public static BrokerFolder take(Path folder) throws IOException {
        Lock lock = Lock.tryLock(folder, LOCK)
                .orElseThrow(
                        () -> new IOException(
                                Broker.running(folder)
                                        .map(address -> "another observatory has the broker data in " + folder
                                                + " (it runs at " + address
                                                + "); stop it, or give another folder with --data-dir")
                                        .orElseGet(
                                                () -> "another observatory just starts or ends a broker on " + folder
                                                        + "; wait until it runs or is gone and try again, or give another folder with --data-dir")));
        return new BrokerFolder(folder, lock);
    }

    /** Starts the broker, once; see {@link Broker#start(Path, int)}. */
    public Broker start(int preferredPort) throws IOException {
        return start(preferredPort, Map.of(), List.of());
    }

    synchronized Broker start(int preferredPort, Map<String, String> overrides, List<String> users) throws IOException {
        if (handedOn) {
            throw new IllegalStateException("a broker was started on " + folder + " already");
        }
        handedOn = true;
        return Broker.start(folder, lock, preferredPort, overrides, users);
    }

    @Override
    public synchronized void close() {
        if (!handedOn) {
            handedOn = true;
            lock.close(false);
        }
    }
}
