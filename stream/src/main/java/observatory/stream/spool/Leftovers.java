package observatory.stream.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import org.apache.kafka.common.KafkaException;

/** The spools that killed runs left in a folder: found, and sent without a new run. */
public final class Leftovers {
    private static final long LIMIT_BYTES = Long.MAX_VALUE;

    private Leftovers() {}

    /** What was sent, and what still lies there. */
    public record Drained(long delivered, long corrupt, long left) {}

    /** Folders of spools that hold something and that nobody writes. */
    public static List<Path> find(Path folder) throws IOException {
        List<Leftover> all = Leftover.in(folder, LIMIT_BYTES);
        try {
            return all.stream()
                    .filter(Leftover::holdsSegments)
                    .map(Leftover::folder)
                    .toList();
        } finally {
            all.forEach(Leftover::close);
        }
    }

    /**
     * Sends all of them, or what can be sent in time.
     *
     * @throws KafkaException where the cluster refuses
     */
    public static Drained drain(Path folder, Connection connection, Topics topics, Duration patience)
            throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        long delivered = 0;
        long corrupt = 0;
        long left = 0;
        List<Leftover> all = Leftover.in(folder, LIMIT_BYTES);
        try (Delivery delivery = new Delivery(connection, topics, () -> System.nanoTime() > deadline, message -> {})) {
            for (Leftover leftover : all) {
                Sender.empty(leftover.store(), delivery, () -> System.nanoTime() > deadline);
                Ledger.Counts counts = leftover.store().counts();
                delivered += counts.delivered();
                corrupt += counts.corrupt();
                left += counts.held();
            }
        } finally {
            all.forEach(Leftover::close);
        }
        return new Drained(delivered, corrupt, left);
    }
}
