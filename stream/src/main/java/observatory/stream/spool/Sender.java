package observatory.stream.spool;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import observatory.stream.Runs;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.KafkaErrors;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Envelope;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Empties a spool into Kafka, in order, on a thread of its own: first what earlier processes left, then what comes. A
 * stretch counts as delivered when the broker has acknowledged all of it. The broker may come late and go away, and the
 * topic may hold an item twice after a restart; readers drop the second by its number.
 */
public final class Sender implements AutoCloseable {
    private static final int STRETCH = 512;
    private static final long STRETCH_BYTES = 4L << 20;
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private final Spool spool;
    private final Topics topics;
    private final InstantSource clock;
    private final Thread thread;
    private final AtomicLong arrived = new AtomicLong();
    private volatile Connection connection;
    private volatile boolean closing;
    private volatile String trouble = "";
    /** Why the cluster does not let us in; null where it does, or does not answer. */
    private volatile KafkaErrors.Kind refusal;

    private final AtomicReference<String> elsewhere = new AtomicReference<>();
    /** What was last delivered, by whichever connection; null before the first. Of the sending thread. */
    private Envelope last;

    /** Whether any connection got to the cluster: from then on a trouble is over when something is delivered. */
    private boolean reached;

    private long nextHeartbeat = System.nanoTime();

    public Sender(Spool spool, Topics topics) {
        this(spool, topics, InstantSource.system());
    }

    Sender(Spool spool, Topics topics, InstantSource clock) {
        this.spool = spool;
        this.topics = topics;
        this.clock = clock;
        this.thread = new Thread(this::run, "observatory-sender");
        thread.setDaemon(true);
        thread.start();
    }

    /** Tells where the broker is; before that, everything waits in the spool. */
    public void connect(String bootstrap) {
        connect(Connection.to(bootstrap));
    }

    /** Tells how to reach the cluster; before that, everything waits in the spool. */
    public void connect(Connection connection) {
        this.connection = connection;
        LockSupport.unpark(thread);
    }

    /** Why nothing can be delivered at the moment; empty while all goes well. */
    public String trouble() {
        return trouble;
    }

    /** Whether the cluster answers and does not let us in, which no waiting mends; empty where it does not answer. */
    public Optional<KafkaErrors.Kind> refusal() {
        return Optional.ofNullable(refusal);
    }

    /**
     * What earlier processes left that is for another cluster or other topics, and so is not sent, as a sentence for
     * people, given once; empty where there is nothing, and before the cluster has answered.
     */
    public Optional<String> elsewhere() {
        return Optional.ofNullable(elsewhere.getAndSet(null));
    }

    /**
     * Waits until the broker has everything captured so far; false where it does not in time, and at once where it does
     * not let us in. What it does not have stays in the spool.
     */
    public boolean drain(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            long left = Math.max(0, deadline - System.nanoTime());
            if (spool.drain(Duration.ofNanos(Math.min(left, IDLE.toNanos())))) {
                return true;
            }
            if (left == 0 || refusal != null || Thread.currentThread().isInterrupted()) {
                return false;
            }
        }
    }

    /** How often something has arrived, of this process or of those before it; grows while a broker is only slow. */
    public long arrived() {
        return arrived.get();
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

    private void run() {
        while (!closing && connection == null) {
            LockSupport.parkNanos(AFTER_FAILURE.toNanos());
        }
        boolean farewell = false; // is still owed to the registry, which else would keep how it stood seconds ago
        while (!closing || farewell) {
            farewell = false;
            Connection now = connection;
            spool.destined(new Destination(topics.prefix(), now.bootstrap(), ""));
            try (Delivery delivery = new Delivery(now, topics, () -> closing || connection != now, this::heard)) {
                delivery.awaitCluster();
                Destination there = delivery.destination();
                spool.destined(there);
                refusal = null;
                trouble = reached ? trouble : "";
                reached = true;
                Inheritance inheritance = spool.inherited(there, elsewhere::set);
                for (Leftover leftover : inheritance.ours()) {
                    empty(leftover.store(), delivery, () -> closing || connection != now);
                }
                delivery.goOnAfter(last);
                while (!closing && connection == now) {
                    spool.offTheTrainingThread();
                    spool.destined(delivery.destination());
                    if (!stretch(spool.store(), delivery)) {
                        spool.store().awaitBeyond(spool.store().acknowledged(), IDLE);
                    }
                    heartbeat(delivery);
                }
                last = delivery.last();
                farewell = trouble.isEmpty() && last != null;
                if (closing && farewell) {
                    delivery.farewell(heart(delivery));
                    farewell = false;
                }
            } catch (RuntimeException e) {
                KafkaErrors.Explained why = KafkaErrors.explain(e, now);
                refusal =
                        why.kind() == KafkaErrors.Kind.DENIED || why.kind() == KafkaErrors.Kind.TLS ? why.kind() : null;
                trouble = why.message();
                pause(AFTER_FAILURE);
            }
        }
    }

    /** Nothing, where all goes well, is said of each stretch that has arrived. */
    private void heard(String message) {
        trouble = message;
        if (message.isEmpty()) {
            arrived.incrementAndGet();
        }
    }

    /** Sends all that a store holds. */
    static void empty(Store store, Delivery delivery, BooleanSupplier giveUp) {
        while (!giveUp.getAsBoolean() && stretch(store, delivery)) {
            // Each time some.
        }
    }

    /** Sends the next rows of a store; false where there is nothing to send, or it was given up. */
    private static boolean stretch(Store store, Delivery delivery) {
        long from = store.acknowledged();
        Store.Found found = store.after(from, STRETCH, STRETCH_BYTES);
        if (found.rows().isEmpty()) {
            store.acknowledge(found.upTo(), 0);
            return found.upTo() > from;
        }
        Delivery.Outcome outcome = delivery.deliver(found.rows(), store.name());
        if (outcome.complete()) {
            store.acknowledge(found.upTo(), outcome.refused());
        }
        return outcome.complete();
    }

    private void heartbeat(Delivery delivery) {
        if (delivery.last() != null && System.nanoTime() - nextHeartbeat >= 0) {
            nextHeartbeat = System.nanoTime() + HEARTBEAT.toNanos();
            delivery.tell(heart(delivery));
        }
    }

    private ProducerRecord<String, byte[]> heart(Delivery delivery) {
        return Runs.heartbeat(topics, delivery.last(), clock.instant(), spool.counts());
    }

    private void pause(Duration time) {
        if (!closing) {
            LockSupport.parkNanos(time.toNanos());
        }
    }
}
