package observatory.stream.control;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import observatory.probe.Request;
import observatory.probe.RunId;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import org.apache.kafka.common.KafkaException;

/**
 * Listens for the commands of one run on a thread of its own: reads the control topic, lets a {@link Gate} decide,
 * hands on what passes, acknowledges and audits all of it.
 */
public final class ControlListener implements AutoCloseable {
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

    private final Connection connection;
    private final Topics topics;
    private final RunId run;
    private final Gate gate;
    private final InstantSource clock;
    private final Function<Request, Outcome> obey;
    private final Thread thread;
    private volatile boolean listening;
    private volatile boolean closing;
    private volatile String trouble = "";

    /** What became of a request that the gate let through. */
    public record Outcome(String result, String reason) {
        public static final Outcome ACCEPTED = new Outcome("accepted", "");
    }

    /**
     * @param obey hands a request to the trainer; called on the listener's thread, which it may keep for some seconds
     */
    public ControlListener(
            Connection connection,
            Topics topics,
            RunId run,
            Gate gate,
            InstantSource clock,
            Function<Request, Outcome> obey) {
        this.connection = connection;
        this.topics = topics;
        this.run = run;
        this.gate = gate;
        this.clock = clock;
        this.obey = obey;
        this.thread = new Thread(this::listen, "observatory-control");
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether the topic has been read to its end, so that commands given from now on are heard at once. */
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
                                gate.catchUp(record.getValue()).ifPresent(decision -> answer(decision, audit));
                            } else {
                                answer(gate.decide(record.getValue()), audit);
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

    private void answer(Gate.Decision decision, AuditLog audit) {
        Outcome outcome = decision.request()
                .map(obey)
                .orElseGet(() -> new Outcome(decision.reason().isEmpty() ? "dry-run" : "refused", decision.reason()));
        audit.acknowledge(new Audit(
                clock.instant().toString(),
                decision.operator(),
                decision.what(),
                run.value(),
                outcome.result(),
                outcome.reason()));
    }
}
