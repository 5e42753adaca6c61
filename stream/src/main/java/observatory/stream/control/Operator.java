package observatory.stream.control;

import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import observatory.probe.Command;
import observatory.probe.RunId;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import org.apache.kafka.common.KafkaException;

/** Gives commands: signs them, puts them on the control topic, and waits for what became of them. */
public final class Operator {
    private final Connection connection;
    private final Topics topics;
    private final String name;
    private final PrivateKey key;
    private final InstantSource clock;

    public Operator(Connection connection, Topics topics, String name, PrivateKey key, InstantSource clock) {
        this.connection = connection;
        this.topics = topics;
        this.name = name;
        this.key = key;
        this.clock = clock;
    }

    /** How a command is given. */
    public record Manner(boolean dryRun, Duration validity, Duration patience) {
        public static final Manner STANDARD = new Manner(false, Duration.ofSeconds(60), Duration.ofSeconds(10));
    }

    /**
     * The answer of the run; empty where none came in time, which may mean that the run is over or takes no commands.
     *
     * @throws KafkaException where the cluster cannot be reached
     */
    public Optional<Audit> give(RunId run, Command command, Manner manner) {
        Instant now = clock.instant();
        // The time in milliseconds grows, and survives a restart of this program.
        long sequence = now.toEpochMilli();
        SignedCommand.Order order = new SignedCommand.Order(
                run,
                name,
                UUID.randomUUID().toString(),
                sequence,
                now,
                now.plus(manner.validity()),
                manner.dryRun(),
                command);
        try (AuditLog log = new AuditLog(connection, topics)) {
            return log.ask(run, SignedCommand.sign(order, key).encode(), name, manner.patience());
        } catch (ExecutionException e) {
            throw new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
