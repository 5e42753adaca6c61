package observatory.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import observatory.probe.RunEvent;
import observatory.probe.Telemetry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Empties a spool into Kafka, in order, on a thread of its own: first what earlier processes left, then what comes. A
 * stretch counts as delivered when the broker has acknowledged all of it; until then it is sent again, so the topic may
 * hold an item twice and readers drop the second by its number. The broker may come late and go away.
 */
public final class Sender implements AutoCloseable {
    private static final int STRETCH = 512;
    private static final Duration IDLE = Duration.ofMillis(2);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);

    private final Spool spool;
    private final Topics topics;
    private final Thread thread;
    private volatile String bootstrap;
    private volatile boolean closing;
    private volatile String trouble = "";

    public Sender(Spool spool, Topics topics) {
        this.spool = spool;
        this.topics = topics;
        this.thread = new Thread(this::run, "observatory-sender");
        thread.setDaemon(true);
        thread.start();
    }

    /** Tells where the broker is; before that, everything waits in the spool. */
    public void connect(String bootstrap) {
        this.bootstrap = bootstrap;
        LockSupport.unpark(thread);
    }

    /** Why the last stretch could not be delivered; empty while all goes well. */
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

    private void run() {
        while (!closing && bootstrap == null) {
            LockSupport.parkNanos(AFTER_FAILURE.toNanos());
        }
        while (!closing) {
            try (KafkaProducer<String, byte[]> producer = producer()) {
                for (Spool.Leftover leftover : spool.leftovers()) {
                    empty(leftover.store(), producer, true);
                }
                empty(spool.store(), producer, false);
            } catch (KafkaException e) {
                trouble = e.toString();
                pause(AFTER_FAILURE);
            }
        }
    }

    /** Sends what a store holds, until it is empty or, for the live one, for ever. */
    private void empty(Store store, KafkaProducer<String, byte[]> producer, boolean once) {
        while (!closing) {
            spool.offTheTrainingThread();
            long from = store.acknowledged();
            Store.Found found = store.after(from, STRETCH);
            if (!found.rows().isEmpty() && !delivered(found.rows(), producer)) {
                pause(AFTER_FAILURE);
                continue;
            }
            if (found.upTo() > from) {
                store.acknowledge(found.upTo());
            } else if (once) {
                return;
            } else {
                pause(IDLE);
            }
        }
    }

    private boolean delivered(List<Row> rows, KafkaProducer<String, byte[]> producer) {
        try {
            List<Future<RecordMetadata>> sent = new ArrayList<>(rows.size());
            for (Row row : rows) {
                for (ProducerRecord<String, byte[]> record : records(row)) {
                    Future<RecordMetadata> one = producer.send(record);
                    if (one.isDone()) {
                        // A send that is over at once has failed, after waiting in vain: the others would wait as long.
                        one.get();
                    }
                    sent.add(one);
                }
            }
            producer.flush();
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
            trouble = "";
            return true;
        } catch (ExecutionException | KafkaException e) {
            trouble = String.valueOf(e.getCause() == null ? e : e.getCause());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing = true;
            return false;
        }
    }

    private List<ProducerRecord<String, byte[]>> records(Row row) {
        Telemetry item;
        try {
            item = Codec.decode(row.body());
        } catch (CodecException e) {
            // Its checksum is right, so it is what another version of this program wrote: readers will judge it.
            return List.of(new ProducerRecord<>(topics.telemetry(), row.body()));
        }
        String run = item.origin().run().value();
        ProducerRecord<String, byte[]> telemetry =
                new ProducerRecord<>(topics.telemetry(), null, null, run, row.body(), Headers.of(item));
        if (item instanceof RunEvent event && Runs.marks(event)) {
            return List.of(telemetry, Runs.record(topics, event));
        }
        return List.of(telemetry);
    }

    private KafkaProducer<String, byte[]> producer() {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "zstd",
                        ProducerConfig.LINGER_MS_CONFIG,
                        0,
                        // Short, so that closing never waits for a broker that is gone.
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        1000,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        2000,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        3000,
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        16L << 20),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private void pause(Duration time) {
        if (!closing) {
            LockSupport.parkNanos(time.toNanos());
        }
    }
}
