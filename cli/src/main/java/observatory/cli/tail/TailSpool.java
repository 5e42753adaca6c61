package observatory.cli.tail;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import observatory.cli.ExitCode;
import observatory.probe.RunEvent;
import observatory.probe.Telemetry;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;

/** A spool with its sender. Unlike a trainer, who reads a log can wait for room, so nothing is ever dropped. */
final class TailSpool implements AutoCloseable {
    private static final long LIMIT = 1L << 30; // bytes on disk while the broker is away
    private static final long ROOM = 100_000; // items that may wait for the broker before reading does

    private static final Duration LOOK = Duration.ofMillis(100);

    private final Spool spool;
    private final Sender sender;

    private TailSpool(Spool spool, Sender sender) {
        this.spool = spool;
        this.sender = sender;
    }

    static TailSpool open(Path folder, Connection broker, Topics topics) throws IOException {
        Spool spool = new Spool(folder, UUID.randomUUID(), LIMIT);
        Sender sender = new Sender(spool, topics);
        sender.connect(broker);
        return new TailSpool(spool, sender);
    }

    /**
     * Waits for room; an end needs none, because it is the last word.
     *
     * @throws CancellationException where it is no longer wanted before there is room
     */
    void put(Telemetry item, BooleanSupplier wanted) {
        boolean end = item instanceof RunEvent event && event.kind() == RunEvent.Kind.END;
        while (!end && spool.counts().spooled() > ROOM) {
            if (!wanted.getAsBoolean()) {
                throw new CancellationException("nobody waits until there is room in the spool");
            }
            LockSupport.parkNanos(1_000_000);
        }
        spool.awaitRoomFor(item);
    }

    /** Waits while the broker takes something; false where it does not take all, or does not let us in. */
    boolean drain(BooleanSupplier wanted) {
        Patience patience = new Patience(sender.arrived(), System.nanoTime());
        while (!sender.drain(LOOK)) {
            if (sender.refusal().isPresent()
                    || patience.over(sender.arrived(), wanted.getAsBoolean(), System.nanoTime())) {
                return false;
            }
        }
        return true;
    }

    /** See {@link Spool#unwritten}. */
    String unwritten() {
        return spool.unwritten();
    }

    /** See {@link Sender#elsewhere}. */
    Optional<String> elsewhere() {
        return sender.elsewhere();
    }

    /** Why what is read does not get to the broker now; empty where it does. */
    String waits() {
        return sender.trouble().isEmpty() ? "" : sender.trouble() + "; what is read waits in the spool";
    }

    String trouble() {
        return sender.trouble().isEmpty() ? "no answer in time" : sender.trouble();
    }

    /** What to end with where it could not be drained. */
    int exitCode() {
        return ExitCode.undelivered(sender);
    }

    @Override
    public void close() {
        sender.close();
        spool.close();
    }
}
