package observatory.stream.control;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import observatory.probe.CommandSource;
import observatory.probe.Request;
import observatory.probe.RunId;
import observatory.stream.Audit;
import observatory.stream.AuditLog;
import observatory.stream.Connection;
import observatory.stream.TopicReader;
import observatory.stream.Topics;
import org.apache.kafka.common.KafkaException;

/**
 * Commands from the control topic, let through by a {@link Gate}. A thread of its own reads, decides, acknowledges and
 * audits; the training thread only takes what waits, which costs one read of memory.
 */
public final class TopicCommandSource implements CommandSource, AutoCloseable {
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

    private final Connection connection;
    private final Topics topics;
    private final RunId run;
    private final Gate gate;
    private final InstantSource clock;
    private final ConcurrentLinkedQueue<Request> waiting = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean listening;
    private volatile boolean closing;
    private volatile String trouble = "";

    public TopicCommandSource(Connection connection, Topics topics, RunId run, Gate gate, InstantSource clock) {
        this.connection = connection;
        this.topics = topics;
        this.run = run;
        this.gate = gate;
        this.clock = clock;
        this.thread = new Thread(this::listen, "observatory-control");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public Optional<Request> poll() {
        return Optional.ofNullable(waiting.poll());
    }

    /** Whether commands given from now on are heard. */
    public boolean listening() {
        return listening;
    }

    /** Why no command can come; empty while all goes well. */
    public String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen() {
        while (!closing) {
            try (TopicReader reader = TopicReader.fromTheBeginning(connection, topics.control());
                    AuditLog audit = new AuditLog(connection, topics)) {
                trouble = "";
                while (!closing) {
                    boolean old = !reader.atTheEnd();
                    for (Map.Entry<String, byte[]> record : reader.keyed()) {
                        if (record.getKey().equals(run.value())) {
                            if (old && !listening) {
                                gate.learn(record.getValue());
                            } else {
                                decide(record.getValue(), audit);
                            }
                        }
                    }
                    listening |= reader.atTheEnd();
                }
            } catch (KafkaException e) {
                trouble = String.valueOf(e.getMessage());
                LockSupport.parkNanos(AFTER_FAILURE.toNanos());
            }
        }
    }

    private void decide(byte[] record, AuditLog audit) {
        Gate.Decision decision = gate.decide(record);
        String outcome =
                decision.request().isPresent() ? "accepted" : decision.reason().isEmpty() ? "dry-run" : "refused";
        audit.acknowledge(new Audit(
                clock.instant().toString(),
                decision.operator(),
                decision.what(),
                run.value(),
                outcome,
                decision.reason()));
        decision.request().ifPresent(waiting::add);
    }
}
