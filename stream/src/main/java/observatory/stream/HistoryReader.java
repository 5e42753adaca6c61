package observatory.stream;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.History;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import observatory.stream.wire.Part;
import observatory.stream.wire.PartJoin;

/**
 * The decimated past of a run at once: a bucket for each {@value History#STEPS} steps of each rank, as a frame whose
 * names end in {@code .min}, {@code .max} and {@code .last}. What came after the last bucket is on the telemetry topic.
 */
public final class HistoryReader {
    private HistoryReader() {}

    private record Place(Origin origin, long seq) {}

    /** @throws org.apache.kafka.common.KafkaException where the cluster or the topic cannot be reached */
    public static List<Frame> read(Connection connection, Topics topics, RunId run) {
        List<Frame> buckets = new ArrayList<>();
        read(connection, topics, run, buckets::add);
        return buckets;
    }

    /** The same, a bucket at a time, so that the first can be seen before the last is read. */
    public static void read(Connection connection, Topics topics, RunId run, Consumer<Frame> sink) {
        Set<Place> seen = new HashSet<>();
        PartJoin join = new PartJoin();
        try (TopicReader reader = TopicReader.fromTheBeginning(connection, topics.history())) {
            while (!reader.atTheEnd()) {
                for (byte[] value : reader.poll()) {
                    decoded(value).flatMap(join::add).ifPresent(item -> {
                        boolean ofRun = item.origin().run().equals(run);
                        if (ofRun && item instanceof Frame bucket && seen.add(new Place(item.origin(), item.seq()))) {
                            sink.accept(bucket);
                        }
                    });
                }
            }
        }
    }

    private static Optional<Part> decoded(byte[] value) {
        try {
            return Optional.of(Codec.decodePart(value));
        } catch (CodecException e) {
            return Optional.empty(); // Of a newer program; the raw telemetry is still there.
        }
    }
}
