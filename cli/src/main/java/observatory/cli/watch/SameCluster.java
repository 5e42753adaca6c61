package observatory.cli.watch;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import org.apache.kafka.common.KafkaFuture;

/**
 * Whether the cluster at an address is still the one it was. One made anew answers all the same, and has nothing of what
 * was judged and how far: who went on would wait for it, and tell nobody. Waits for nothing; belongs to one thread.
 */
final class SameCluster {
    private static final long EVERY_NANOS = Duration.ofSeconds(5).toNanos();

    private final Supplier<KafkaFuture<String>> asking;
    private final String bootstrap;
    private KafkaFuture<String> asked;
    private String known;
    private long next;

    /** @param asking for the id by which the cluster knows itself; {@code nanoTime} of now */
    SameCluster(Supplier<KafkaFuture<String>> asking, String bootstrap, long nanoTime) {
        this.asking = asking;
        this.bootstrap = bootstrap;
        this.next = nanoTime;
    }

    /** Asks now and then; a failure where another answers. */
    void look(long nanoTime) {
        if (asked == null && nanoTime - next >= 0) {
            asked = asking.get();
            next = nanoTime + EVERY_NANOS;
        }
        if (asked != null && asked.isDone()) {
            String id = answer();
            asked = null;
            if (known != null && id != null && !known.equals(id)) {
                throw new Failure(
                        ExitCode.CANNOT_CONNECT,
                        bootstrap + " is another cluster now (" + id + ", and was " + known
                                + "), which has nothing of what was judged before; start `observatory watch` again");
            }
            known = id == null ? known : id;
        }
    }

    /** Null where it did not say. */
    private String answer() {
        try {
            return asked.get();
        } catch (ExecutionException e) {
            return null; // it is away; that is said elsewhere
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
