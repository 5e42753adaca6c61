package observatory.stream;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.SpoolSource;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import observatory.stream.wire.PartJoin;

/**
 * The telemetry of one run, or of all, from the beginning of a source on: each item once, whole, and those of one
 * origin in their order. What was sent twice is dropped by its number, and numbers that never came are counted. The
 * source is a live topic, a spool or a file. Belongs to one thread.
 */
public final class FrameReader implements AutoCloseable {
    private final Source source;
    private final Optional<RunId> run;
    private final PartJoin join = new PartJoin();
    private final Sequencer sequencer;
    private final Map<CodecException.Reason, Long> unreadable = new ConcurrentHashMap<>();
    private final BiConsumer<byte[], CodecException> aside;
    private boolean caughtUp;

    /** Where records come from. */
    public interface Source extends AutoCloseable {
        /** What came since the last call; may wait a moment where there is nothing. */
        List<byte[]> poll();

        boolean atTheEnd();

        /** Whether it still has the first record of everything. */
        boolean complete();

        /** Whether what is missing between two records will never come. */
        default boolean inOrder() {
            return false;
        }

        /** Records that are not what was written, and were given up so far. */
        default long damaged() {
            return 0;
        }

        /** Why something could not be read and is to be tried again; empty where all was. */
        default String trouble() {
            return "";
        }

        @Override
        void close();
    }

    FrameReader(Source source, Optional<RunId> run) {
        this(source, run, (body, why) -> {});
    }

    private FrameReader(Source source, Optional<RunId> run, BiConsumer<byte[], CodecException> aside) {
        this.source = source;
        this.run = run;
        this.aside = aside;
        this.sequencer = new Sequencer(source.complete(), System::nanoTime);
    }

    public FrameReader(String bootstrap, Topics topics, Optional<RunId> run) {
        this(Connection.to(bootstrap), topics, run);
    }

    /** @throws org.apache.kafka.common.KafkaException where the cluster or the topic cannot be reached */
    public FrameReader(Connection connection, Topics topics, Optional<RunId> run) {
        this(TopicSource.of(TopicReader.fromTheBeginning(connection, topics.telemetry()), run), run);
    }

    /** The telemetry of all runs from these offsets on, by partition; from the beginning where none is given. */
    public static FrameReader from(Connection connection, Topics topics, Map<Integer, Long> offsets) {
        return new FrameReader(
                TopicSource.of(TopicReader.from(connection, topics.telemetry(), offsets), Optional.empty()),
                Optional.empty());
    }

    /** The telemetry of one run, or of all, that comes from now on. */
    public static FrameReader fromTheEnd(Connection connection, Topics topics, Optional<RunId> run) {
        return new FrameReader(TopicSource.of(TopicReader.fromTheEnd(connection, topics.telemetry()), run), run);
    }

    /** The telemetry of a run again, between two offsets of its partition, both within. */
    public static FrameReader stretch(
            Connection connection, Topics topics, RunId run, int partition, long first, long last) {
        TopicReader reader = TopicReader.stretch(connection, topics.telemetry(), partition, first, last);
        return new FrameReader(TopicSource.of(reader, Optional.of(run)), Optional.of(run));
    }

    /** What one writer's spool holds and may still be sending. */
    public static FrameReader spool(Path folder) throws IOException {
        return spool(folder, SpoolSource.AT_ONCE, (body, why) -> {});
    }

    /** @param atOnce records read by one poll; {@code aside} gets those that are no telemetry */
    public static FrameReader spool(Path folder, int atOnce, BiConsumer<byte[], CodecException> aside)
            throws IOException {
        return new FrameReader(SpoolSource.open(folder, atOnce), Optional.empty(), aside);
    }

    /** What a file of JSON lines holds, such as a spike log; lines that are no telemetry are counted as unreadable. */
    public static FrameReader file(Path file) throws IOException {
        return new FrameReader(LineSource.open(file), Optional.empty());
    }

    /** What came since the last call; waits a moment where there is nothing. */
    public List<Telemetry> poll() {
        List<Telemetry> items = new ArrayList<>();
        for (byte[] value : source.poll()) {
            try {
                join.add(Codec.decodePart(value))
                        .filter(item -> run.isEmpty() || item.origin().run().equals(run.get()))
                        .ifPresent(item -> items.addAll(sequencer.add(item)));
            } catch (CodecException e) {
                unreadable.merge(e.reason(), 1L, Long::sum);
                aside.accept(value, e);
            }
        }
        boolean endReached = !caughtUp && source.atTheEnd();
        caughtUp |= endReached;
        items.addAll(sequencer.release(endReached || source.inOrder()));
        return items;
    }

    /** Whether everything has been read that was there when the reader was made. */
    public boolean atTheEnd() {
        return source.atTheEnd();
    }

    /** Records that are not what was written, and were given up so far. */
    public long damaged() {
        return source.damaged();
    }

    /** Why something could not be read by the last poll and is to be tried again; empty where all was. */
    public String trouble() {
        return source.trouble();
    }

    /** Items that came once more, or after they had been given up: a writer sends again what was not acknowledged. */
    public long duplicates() {
        return sequencer.duplicates();
    }

    /** Items whose number was passed over without a word: lost on their way. */
    public long missing() {
        return sequencer.missing();
    }

    /** Items that were given up for want of room, as their notices say. */
    public long shed() {
        return sequencer.shed();
    }

    /** Records that are no telemetry. */
    public long unreadable() {
        return unreadable.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Records that are no telemetry for this reason; any thread. */
    public long unreadable(CodecException.Reason reason) {
        return unreadable.getOrDefault(reason, 0L);
    }

    @Override
    public void close() {
        source.close();
    }

    private record TopicSource(TopicReader reader, Function<TopicReader, List<byte[]>> values) implements Source {
        /** Of one run, where one is named: records with the key of another are not even decoded. */
        private static TopicSource of(TopicReader reader, Optional<RunId> run) {
            return new TopicSource(
                    reader, run.map(RunId::value).map(TopicSource::keyed).orElse(TopicReader::poll));
        }

        private static Function<TopicReader, List<byte[]>> keyed(String run) {
            return reader -> reader.keyed().stream()
                    .filter(record ->
                            record.getKey().isEmpty() || record.getKey().equals(run))
                    .map(Map.Entry::getValue)
                    .toList();
        }

        @Override
        public List<byte[]> poll() {
            return values.apply(reader);
        }

        @Override
        public boolean atTheEnd() {
            return reader.atTheEnd();
        }

        @Override
        public boolean complete() {
            return reader.complete();
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
