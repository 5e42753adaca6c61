package observatory.stream.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import observatory.stream.Lock;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker and controller in this JVM, on the loopback interface alone. Its data outlives it: started again
 * on the same folder it has every record. One process at a time may have a folder; another can find the broker there.
 */
public final class Broker implements AutoCloseable {
    private static final String ADDRESS = "broker.address";

    private final Path folder;
    private final Lock lock;
    private final KafkaRaftServer server;
    private final int port;
    private boolean closed;

    private Broker(Path folder, Lock lock, KafkaRaftServer server, int port) {
        this.folder = folder;
        this.lock = lock;
        this.server = server;
        this.port = port;
    }

    /**
     * Starts a broker on a folder, which is made where it does not exist; takes seconds.
     *
     * @param preferredPort 0 for any; where it is taken, another is used, which {@link #port} tells
     * @throws IOException where the folder cannot be written, or another process has it
     */
    public static Broker start(Path folder, int preferredPort) throws IOException {
        return start(folder, preferredPort, Map.of(), List.of());
    }

    /**
     * @param overrides of the broker's own settings, appended where a value begins with a comma; {@code users} for
     * SCRAM, as Kafka's storage tool takes them
     */
    static Broker start(Path folder, int preferredPort, Map<String, String> overrides, List<String> users)
            throws IOException {
        return BrokerFolder.take(folder).start(preferredPort, overrides, users);
    }

    /** @param lock of the folder, given back with the broker, or where it does not start */
    static Broker start(Path folder, Lock lock, int preferredPort, Map<String, String> overrides, List<String> users)
            throws IOException {
        try {
            int port = preferredPort > 0 && free(preferredPort) ? preferredPort : freePort();
            format(folder, users);
            // A broker that gives up must not take the training process with it.
            Exit.setExitProcedure((code, message) -> {
                throw new IllegalStateException("the broker gave up with code " + code + ": " + message);
            });
            KafkaRaftServer server =
                    new KafkaRaftServer(new KafkaConfig(settings(folder, port, freePort(), overrides)), Time.SYSTEM);
            server.startup();
            // Whole or not at all: others look for it, and would read one that is just being written as empty.
            Path written = Files.writeString(folder.resolve(ADDRESS + ".new"), "127.0.0.1:" + port);
            Files.move(written, folder.resolve(ADDRESS), StandardCopyOption.ATOMIC_MOVE);
            return new Broker(folder, lock, server, port);
        } catch (IOException | RuntimeException | Error e) {
            lock.close(false);
            throw e;
        }
    }

    /** The address of the broker that another process, or this one, runs on a folder. */
    public static Optional<String> running(Path folder) {
        try {
            String address = Files.readString(folder.resolve(ADDRESS)).strip();
            int colon = address.lastIndexOf(':');
            try (Socket socket = new Socket()) {
                int port = Integer.parseInt(address.substring(colon + 1));
                socket.connect(new InetSocketAddress(address.substring(0, colon), port), 500);
                return Optional.of(address);
            }
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    public int port() {
        return port;
    }

    /** Where clients connect. */
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    /** Stops it; a second time nothing happens, because the folder may be another's by then. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        server.shutdown();
        server.awaitShutdown();
        try {
            Files.deleteIfExists(folder.resolve(ADDRESS));
        } catch (IOException e) {
            throw new UncheckedIOException("the broker is closed, but its folder is not: " + folder, e);
        } finally {
            lock.close(false);
        }
    }

    private static void format(Path folder, List<String> users) throws IOException {
        if (Files.exists(folder.resolve("meta.properties"))) {
            return;
        }
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(1)
                    .addDirectory(folder.toString())
                    .setMetadataLogDirectory(folder.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setHasDynamicQuorum(false)
                    .setIgnoreFormatted(true)
                    .setScramArguments(users)
                    .run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot prepare " + folder + " for a broker: " + e.getMessage(), e);
        }
    }

    private static Properties settings(Path folder, int port, int controllerPort, Map<String, String> overrides) {
        Properties settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("log.dirs", folder.toString());
        settings.put("auto.create.topics.enable", "false");
        // One node has one replica of everything.
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            settings.put(topic + ".replication.factor", "1");
            settings.put(topic + ".num.partitions", "1");
        }
        settings.put("default.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        // It shares two cores with a trainer.
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "2");
        settings.put("background.threads", "2");
        settings.put("num.recovery.threads.per.data.dir", "1");
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
        settings.put("log.segment.bytes", Integer.toString(64 << 20));
        // After a kill the restarted broker waits for its old session to end: 3 s instead of 9.
        settings.put("broker.session.timeout.ms", "3000");
        settings.put("broker.heartbeat.interval.ms", "500");
        overrides.forEach((name, value) ->
                settings.put(name, value.startsWith(",") ? settings.getProperty(name) + value : value));
        return settings;
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
