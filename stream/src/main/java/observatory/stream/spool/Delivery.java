package observatory.stream.spool;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import observatory.probe.RunEvent;
import observatory.stream.DeadLetters;
import observatory.stream.Runs;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import observatory.stream.wire.Envelope;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends stretches of rows to a cluster. A record is tried until the broker has it, because one given up in the middle
 * would arrive behind its successors; so order is that of the rows, and what is sent again after a restart is the same
 * sequence from an earlier point. Belongs to one thread, never a training thread.
 */
final class Delivery implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 200;
    /** A connection that was opened a moment ago may still have to learn where a topic lies. */
    private static final long FAREWELL_MILLIS = 5000;

    private final KafkaProducer<String, byte[]> producer;
    private final ClusterId cluster = new ClusterId();
    private final Connection connection;
    private final Topics topics;
    private final BooleanSupplier giveUp;
    private final Consumer<String> trouble;
    private Envelope last;

    /** Whether all rows are with the broker, and how many captured items it refuses for ever. */
    record Outcome(boolean complete, long refused) {}

    /** @param giveUp asked while waiting; {@code trouble} gets what to tell people, or nothing where all goes well */
    Delivery(Connection connection, Topics topics, BooleanSupplier giveUp, Consumer<String> trouble) {
        Map<String, Object> settings = connection.producer(Map.of(
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "zstd",
                ProducerConfig.LINGER_MS_CONFIG,
                0,
                ProducerConfig.BATCH_SIZE_CONFIG,
                256 << 10,
                // Only this thread waits for it.
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                1000,
                // A bucket of the history may come once an hour.
                ProducerConfig.METADATA_MAX_IDLE_CONFIG,
                Long.MAX_VALUE,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                5000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                Integer.MAX_VALUE,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                16L << 20));
        this.producer = new KafkaProducer<>(settings, new StringSerializer(), cluster);
        this.connection = connection;
        this.topics = topics;
        this.giveUp = giveUp;
        this.trouble = trouble;
    }

    /**
     * Asks for every topic that rows go to: one that fails in the middle of a stretch has all of it sent again.
     *
     * @throws KafkaException where the cluster cannot be reached, or does not let us in, or has no topic for this
     */
    void awaitCluster() {
        for (String topic : List.of(topics.telemetry(), topics.runs(), topics.history())) {
            producer.partitionsFor(topic);
        }
    }

    /** Where all this goes, by the cluster's latest word. */
    Destination destination() {
        return new Destination(topics.prefix(), connection.bootstrap(), cluster.get());
    }

    /**
     * @param from whose rows these are
     * @throws KafkaException where this producer cannot go on; the rows are then to be sent by another
     */
    Outcome deliver(List<Row> rows, String from) {
        List<Future<RecordMetadata>> sent = new ArrayList<>(rows.size());
        long refused = 0;
        for (Row row : rows) {
            Optional<Envelope> envelope = read(row.body());
            refused += envelope.isEmpty() && row.counts() ? 1 : 0;
            List<ProducerRecord<String, byte[]>> records =
                    envelope.map(read -> records(row, read)).orElseGet(() -> List.of(deadLetter(row, from)));
            for (ProducerRecord<String, byte[]> record : records) {
                Future<RecordMetadata> future = producer.send(record);
                if (tooLarge(future)) {
                    refused += row.counts() ? 1 : 0;
                    future = producer.send(refusal(row, from));
                }
                if (future.state() == Future.State.FAILED) {
                    // It has waited in vain for the cluster; the others would wait as long.
                    throw failure(future.exceptionNow());
                }
                sent.add(future);
            }
        }
        for (Future<RecordMetadata> future : sent) {
            if (!await(future, 0)) {
                return new Outcome(false, 0);
            }
        }
        trouble.accept("");
        return new Outcome(true, refused);
    }

    /** What was last delivered; null before the first. */
    Envelope last() {
        return last;
    }

    /** What was delivered so far was another's, and says nothing of who lives now; this was theirs before, if any. */
    void goOnAfter(Envelope theirs) {
        last = theirs;
    }

    /** Sends a record that nobody waits for. */
    void tell(ProducerRecord<String, byte[]> record) {
        producer.send(record);
    }

    /**
     * Sends a last record, and tries for some seconds even where who closes would wait no longer: the producer itself
     * gives up after one where it does not know yet where the topic lies.
     */
    void farewell(ProducerRecord<String, byte[]> record) {
        long deadline = System.nanoTime() + FAREWELL_MILLIS * 1_000_000;
        Future<RecordMetadata> sent = producer.send(record);
        while (late(sent) && System.nanoTime() < deadline) {
            sent = producer.send(record);
        }
        await(sent, FAREWELL_MILLIS);
    }

    @Override
    public void close() {
        // What it still has goes to the next producer or the next process.
        producer.close(Duration.ZERO);
    }

    /** Whether it has arrived; it is not given up before {@code leastMillis}. */
    private boolean await(Future<RecordMetadata> future, long leastMillis) {
        long waited = 0;
        while (true) {
            try {
                future.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException e) {
                waited += PATIENCE_MILLIS;
                if (waited >= 1000) {
                    trouble.accept("the broker has acknowledged nothing for " + waited / 1000 + " s");
                }
                if (waited >= leastMillis && giveUp.getAsBoolean()) {
                    return false;
                }
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    private static KafkaException failure(Throwable cause) {
        return cause instanceof KafkaException kafka ? kafka : new KafkaException(cause);
    }

    private static boolean late(Future<RecordMetadata> future) {
        return future.state() == Future.State.FAILED
                && future.exceptionNow() instanceof org.apache.kafka.common.errors.TimeoutException;
    }

    private static boolean tooLarge(Future<RecordMetadata> future) {
        return future.isDone()
                && future.state() == Future.State.FAILED
                && future.exceptionNow() instanceof RecordTooLargeException;
    }

    private List<ProducerRecord<String, byte[]>> records(Row row, Envelope envelope) {
        List<ProducerRecord<String, byte[]>> records = new ArrayList<>(2);
        if (row.kind() == Row.Kind.HISTORY) {
            records.add(record(topics.history(), row.body(), envelope));
        } else {
            records.add(record(topics.telemetry(), row.body(), envelope));
            last = envelope;
        }
        if (row.kind() == Row.Kind.EVENT) {
            registry(row).ifPresent(records::add);
        }
        return records;
    }

    private static ProducerRecord<String, byte[]> record(String topic, byte[] body, Envelope envelope) {
        return new ProducerRecord<>(topic, null, null, envelope.run(), body, envelope.headers());
    }

    /** What goes in the place of a row that the broker will never take. */
    private ProducerRecord<String, byte[]> refusal(Row row, String from) {
        try {
            byte[] notice = Shedding.refused(row);
            return record(topics.telemetry(), notice, Envelope.read(notice));
        } catch (IOException | IllegalStateException e) {
            return deadLetter(row, from);
        }
    }

    /** Of a row that another program wrote, and that nobody can read. */
    private ProducerRecord<String, byte[]> deadLetter(Row row, String from) {
        try {
            Codec.decode(row.body());
            throw new CodecException(CodecException.Reason.INVALID, "a record names its run first");
        } catch (CodecException e) {
            return DeadLetters.record(topics, from, row.body(), e);
        }
    }

    /** Nothing where it is a newer program's, or no event at all: readers say so. */
    private Optional<ProducerRecord<String, byte[]>> registry(Row row) {
        try {
            return Codec.decode(row.body()) instanceof RunEvent event && Runs.marks(event)
                    ? Optional.of(Runs.record(topics, event))
                    : Optional.empty();
        } catch (CodecException e) {
            return Optional.empty();
        }
    }

    /** What stands first in a row; empty where that is no record. */
    static Optional<Envelope> read(byte[] body) {
        try {
            return Optional.of(Envelope.read(body));
        } catch (IOException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
