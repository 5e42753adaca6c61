package observatory.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Clusters;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.KafkaErrors;
import observatory.stream.cluster.Topics;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Option;

/** Which cluster a command talks to: one that is named, or the broker that runs on the data directory. */
public final class ClusterOptions {
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            description = "Brokers; unless given, those of the configuration, or the broker on the data directory.")
    private String bootstrap;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description = "Properties of Kafka's clients, passed on as they are.")
    private Path kafkaConfig;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML with a section kafka: (~/.config/observatory/config.yaml).")
    private Path config;

    @Option(names = "--prefix", paramLabel = "P", description = "Of the topics' names (${DEFAULT-VALUE}).")
    private String prefix = Topics.STANDARD.prefix();

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where broker and spools live (~/.local/state/observatory).")
    private Path dataDir;

    public Topics topics() {
        return new Topics(prefix);
    }

    /** The data directory, whether or not it exists. */
    public Path dataDirectory() {
        return dataDir != null ? dataDir : StateDirectory.standard(System.getenv());
    }

    /** Settings found; the files and addresses named win over those that are there by convention. */
    private SortedMap<String, Clusters.Setting> settings(Path kafkaConfig, String bootstrap) {
        for (Path named :
                Stream.of(config, kafkaConfig).filter(Objects::nonNull).toList()) {
            Readable.SETTINGS.checkFile("configuration", named);
        }
        try {
            Map<String, String> environment = System.getenv();
            SortedMap<String, Clusters.Setting> settings = Clusters.settings(
                    Optional.ofNullable(config).or(() -> Clusters.standardFile(environment)),
                    Optional.ofNullable(kafkaConfig),
                    environment);
            if (bootstrap != null) {
                settings.put("bootstrap.servers", new Clusters.Setting(bootstrap, "--bootstrap"));
            }
            if (kafkaConfig != null && !settings.containsKey("bootstrap.servers")) {
                throw new IllegalArgumentException(kafkaConfig + " names no broker: bootstrap.servers is not set; add"
                        + " bootstrap.servers=HOST:PORT to it, or name one with --bootstrap");
            }
            return settings;
        } catch (NoSuchFileException e) {
            throw new Failure(ExitCode.CONFIGURATION, "there is no file " + e.getFile() + "; correct the path", e);
        } catch (AccessDeniedException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION, "this user may not read " + e.getFile() + "; correct its permissions", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new Failure(ExitCode.CONFIGURATION, e.getMessage(), e);
        }
    }

    /** The cluster that is named, or the broker that runs on the data directory; empty where there is neither. */
    public Optional<Connection> find() {
        return Clusters.connection(settings(kafkaConfig, bootstrap)).or(() -> running(dataDirectory()));
    }

    /** Whether a cluster is named on the command line, and not found by convention. */
    public boolean named() {
        return bootstrap != null || kafkaConfig != null;
    }

    /** The cluster at HOST:PORT, asked as these options say, or that of a file of client properties. */
    public Connection at(String cluster) {
        boolean file = cluster.endsWith(".properties");
        return Clusters.connection(settings(file ? Path.of(cluster) : kafkaConfig, file ? null : cluster))
                .orElseThrow();
    }

    /** The broker that runs on a data directory. */
    public static Optional<Connection> running(Path dataDirectory) {
        return Broker.running(dataDirectory.resolve("broker")).map(Connection::to);
    }

    /** The cluster that is named, or that of the data directory; a failure where there is neither. */
    public Connection connection() {
        return find().orElseThrow(() -> new Failure(
                ExitCode.CANNOT_CONNECT,
                "no broker is named and none runs on " + dataDirectory()
                        + "; start one with `observatory broker`, or name one with --bootstrap"));
    }

    /** What a Kafka error means here, with its exit code. */
    public static Failure failure(Throwable error, Connection connection) {
        KafkaErrors.Explained explained = KafkaErrors.explain(error, connection);
        int code = switch (explained.kind()) {
            case CANNOT_CONNECT, TLS -> ExitCode.CANNOT_CONNECT;
            case DENIED -> ExitCode.DENIED;
            case NO_TOPIC -> ExitCode.CONFIGURATION;
            case OTHER -> error instanceof KafkaException ? ExitCode.CONFIGURATION : ExitCode.INTERNAL;
        };
        return new Failure(code, explained.message(), error);
    }
}
