package observatory.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.analysis.detector.Settings;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import observatory.stream.wire.Part;
import observatory.stream.wire.PartJoin;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Where the watches of runs are kept. A watch lives in memory; the store, of which the broker has a copy, holds a
 * snapshot of its state in chunks and the records that came after it. So a record costs one copy of its bytes, the
 * states of all detectors are written once in {@link #SNAPSHOT_RECORDS} records and only where they changed, and
 * whatever the moment of a crash, snapshot and records lead to the same state again. Belongs to one stream task.
 */
final class RunStore {
    private static final int SNAPSHOT_RECORDS = 64;
    private static final long SNAPSHOT_BYTES = 1 << 20;
    /** Watches in memory; the longest untouched goes first and comes back from the store when it is needed. */
    private static final int LIVE = 256;

    private static final String LOG = "log/";
    private static final String TRAIL = "trail";
    /** No run is called so: they sort before all of them. */
    private static final String SILENCES = "/silence/";

    /** A watch, and what the store has of it beyond its snapshot. */
    static final class Live {
        private final RunWatch watch;
        private final Trail trail;
        private final PartJoin parts = new PartJoin();
        private int records;
        private long bytes;

        private Live(RunWatch watch, Trail trail) {
            this.watch = watch;
            this.trail = trail;
        }

        /** The item that a record completes; empty where other parts of a large frame are to come. */
        Optional<Telemetry> whole(Part part) {
            return parts.add(part);
        }

        /** Judges what a record completed: what is to be said of it. */
        List<Judged> judge(Telemetry item, int partition, long offset) {
            List<Incident> incidents = watch.accept(item);
            trail.mark(watch.pass(), item.step(), offset);
            List<Judged> said = new ArrayList<>();
            for (Incident incident : incidents) {
                said.add(new Judged.Of(
                        incident, Optional.of(new Judged.Stretch(partition, trail.before(incident), offset))));
            }
            if (item instanceof RunEvent event && event.kind() == RunEvent.Kind.END) {
                said.add(new Judged.Watermark(
                        item.origin().run(),
                        item.origin().incarnation(),
                        item.step(),
                        Optional.of(new Judged.Stretch(partition, offset, offset))));
            }
            return said;
        }
    }

    private final KeyValueStore<String, byte[]> store;
    private final Settings settings;
    private final Map<RunId, Live> live = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RunId, Live> eldest) {
            return size() > LIVE;
        }
    };

    RunStore(KeyValueStore<String, byte[]> store, Settings settings) {
        this.store = store;
        this.settings = settings;
    }

    /** The watch of a run as it stands after every record that was {@link #applied}. */
    Live of(RunId run) {
        Live known = live.get(run);
        if (known == null) {
            known = restored(run);
            live.put(run, known);
        }
        return known;
    }

    /** Keeps a record that the watch has taken in. */
    void applied(RunId run, Live one, byte[] record) {
        if (one.records == 0) {
            keep(run, one.trail);
        }
        store.put(key(run, LOG + one.records), record);
        one.records++;
        one.bytes += record.length;
        // A part that waits for others is in no snapshot, so its record stays until they have come.
        if ((one.records >= SNAPSHOT_RECORDS || one.bytes >= SNAPSHOT_BYTES) && !one.parts.waits()) {
            one.watch.store().forEach((name, chunk) -> store.put(key(run, name), chunk));
            keep(run, one.trail);
            for (int i = 0; i < one.records; i++) {
                store.delete(key(run, LOG + i));
            }
            one.records = 0;
            one.bytes = 0;
        }
    }

    /** Keeps what another process has to know of a run's silence; null where it is over. */
    void keep(RunId run, Silence.Kept silence) {
        if (silence == null) {
            store.delete(SILENCES + run.value() + "#0");
            return;
        }
        Map<String, byte[]> chunks = new HashMap<>();
        StateCodec.write(SILENCES + run.value(), silence, chunks);
        chunks.forEach(store::put);
    }

    /** What was kept of the silence of every run that is not over. */
    List<Silence.Kept> silences() {
        Map<String, byte[]> chunks = new HashMap<>();
        try (KeyValueIterator<String, byte[]> all = store.range(SILENCES, "/silence0")) {
            all.forEachRemaining(one -> chunks.put(one.key, one.value));
        }
        return StateCodec.names(SILENCES, chunks).keySet().stream()
                .map(name -> StateCodec.read(name, Silence.Kept.class, chunks))
                .toList();
    }

    private void keep(RunId run, Trail trail) {
        Map<String, byte[]> chunks = new HashMap<>();
        StateCodec.write(TRAIL, trail.state(), chunks);
        chunks.forEach((name, chunk) -> store.put(key(run, name), chunk));
    }

    private Live restored(RunId run) {
        Map<String, byte[]> chunks = new HashMap<>();
        String prefix = key(run, "");
        // '0' follows '/': everything that begins with the prefix
        try (KeyValueIterator<String, byte[]> all = store.range(prefix, run.value() + "0")) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> one = all.next();
                chunks.put(one.key.substring(prefix.length()), one.value);
            }
        }
        Trail.State trail = StateCodec.read(TRAIL, Trail.State.class, chunks);
        Live restored =
                new Live(RunWatch.resume(run, settings, chunks), trail == null ? new Trail() : Trail.resume(trail));
        for (Part part : log(chunks)) {
            // What it says of them has been said before the crash. Where the first of them lay is early enough for all.
            restored.whole(part).ifPresent(item -> restored.judge(item, 0, restored.trail.offset()));
            restored.records++;
        }
        return restored;
    }

    private static List<Part> log(Map<String, byte[]> chunks) {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; chunks.containsKey(LOG + i); i++) {
            try {
                parts.add(Codec.decodePart(chunks.get(LOG + i)));
            } catch (CodecException e) {
                throw new IllegalStateException("a record that was judged can no longer be read", e);
            }
        }
        return parts;
    }

    private static String key(RunId run, String name) {
        return run.value() + "/" + name;
    }
}
