package observatory.cli.watch;

import java.time.Duration;
import java.util.Optional;
import observatory.cli.Outage;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.KafkaErrors;
import observatory.stream.cluster.TopicReader;
import org.apache.kafka.common.KafkaException;

/** Whether the cluster that is read from answers: readers wait for one that is away, and do not tell it from one at rest. */
public final class Answers {
    private static final long EVERY_NANOS = Duration.ofSeconds(5).toNanos();
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final TopicReader reader;
    private final Connection connection;
    private final Outage outage;
    private String trouble = "";
    private long next;

    /**
     * @param over what is said when the cluster answers again
     * @param nanoTime of now; it is first asked a while after
     */
    public Answers(TopicReader reader, Connection connection, String over, long nanoTime) {
        this.reader = reader;
        this.connection = connection;
        this.outage = new Outage(over);
        this.next = nanoTime + EVERY_NANOS;
    }

    /** Asks now and then, a second at most; what to say of it, if anything. */
    public Optional<String> look(long nanoTime) {
        if (nanoTime - next >= 0) {
            next = nanoTime + EVERY_NANOS;
            trouble = ask();
        }
        return outage.look(trouble, nanoTime);
    }

    private String ask() {
        try {
            reader.ask(PATIENCE);
            return "";
        } catch (KafkaException e) {
            return KafkaErrors.explain(e, connection).message() + "; it is waited for, and nothing is told meanwhile";
        }
    }
}
