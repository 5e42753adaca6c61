package observatory.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Telemetry;

/**
 * The telemetry of one run, or of all, from the beginning of the topic on: each item once, those of one origin in their
 * order. What was sent twice is dropped by its number, and numbers that never came are counted. Belongs to one thread.
 */
public final class FrameReader implements AutoCloseable {
    private final TopicReader topic;
    private final Optional<RunId> run;
    private final Map<Origin, Long> last = new HashMap<>();
    private long duplicates;
    private long missing;
    private long unreadable;

    public FrameReader(String bootstrap, Topics topics, Optional<RunId> run) {
        this.topic = TopicReader.fromTheBeginning(bootstrap, topics.telemetry());
        this.run = run;
    }

    /** What came since the last call; waits a moment where there is nothing. */
    public List<Telemetry> poll() {
        List<Telemetry> items = new ArrayList<>();
        for (byte[] value : topic.poll()) {
            try {
                Telemetry item = Codec.decode(value);
                if ((run.isEmpty() || item.origin().run().equals(run.get())) && isNew(item)) {
                    items.add(item);
                }
            } catch (CodecException e) {
                unreadable++;
            }
        }
        return items;
    }

    /** Whether everything has been read that was there when the reader was made. */
    public boolean atTheEnd() {
        return topic.atTheEnd();
    }

    public long duplicates() {
        return duplicates;
    }

    /** Items whose number was passed over: lost on their way. */
    public long missing() {
        return missing;
    }

    /** Records of the topic that are no telemetry. */
    public long unreadable() {
        return unreadable;
    }

    @Override
    public void close() {
        topic.close();
    }

    private boolean isNew(Telemetry item) {
        long before = last.getOrDefault(item.origin(), -1L);
        if (item.seq() <= before) {
            duplicates++;
            return false;
        }
        missing += item.seq() - before - 1;
        last.put(item.origin(), item.seq());
        return true;
    }
}
