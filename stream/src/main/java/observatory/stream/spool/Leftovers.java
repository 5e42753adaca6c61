package observatory.stream.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/** The spools that killed runs left in a folder: found, and sent without a new run. */
public final class Leftovers {
    private static final long LIMIT_BYTES = Long.MAX_VALUE;
    private static final Duration TO_ANSWER = Duration.ofSeconds(10);

    private Leftovers() {}

    /**
     * What was sent, what of it still lies there, and what is for another destination, as a sentence; empty where
     * nothing is.
     */
    public record Drained(long delivered, long corrupt, long left, String elsewhere) {}

    /** Folders of spools that hold something and that nobody writes, each with where it is for, if it says so. */
    public static Map<Path, Optional<Destination>> find(Path folder) throws IOException {
        Map<Path, Optional<Destination>> found = new TreeMap<>();
        try (Inheritance all = Inheritance.of(folder, LIMIT_BYTES, Optional.empty())) {
            all.ours().stream()
                    .filter(Leftover::holdsSegments)
                    .forEach(each -> found.put(each.folder(), each.destination()));
        }
        return found;
    }

    /**
     * Sends those that are for this cluster, or what of them can be sent in time.
     *
     * @param all whether also those that are for another
     * @throws KafkaException where the cluster refuses, or does not answer in ten seconds
     */
    public static Drained drain(Path folder, Connection connection, Topics topics, Duration patience, boolean all)
            throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        long delivered = 0;
        long corrupt = 0;
        long left = 0;
        try (Delivery delivery = new Delivery(connection, topics, () -> System.nanoTime() > deadline, message -> {})) {
            await(delivery);
            Optional<Destination> there = all ? Optional.empty() : Optional.of(delivery.destination());
            try (Inheritance inheritance = Inheritance.of(folder, LIMIT_BYTES, there)) {
                for (Leftover leftover : inheritance.ours()) {
                    Sender.empty(leftover.store(), delivery, () -> System.nanoTime() > deadline);
                    Ledger.Counts counts = leftover.store().counts();
                    delivered += counts.delivered();
                    corrupt += counts.corrupt();
                    left += counts.held();
                }
                return new Drained(delivered, corrupt, left, inheritance.told().orElse(""));
            }
        }
    }

    private static void await(Delivery delivery) {
        long deadline = System.nanoTime() + TO_ANSWER.toNanos();
        while (true) {
            try {
                delivery.awaitCluster();
                return;
            } catch (TimeoutException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }
}
