package observatory.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.stream.DeadLetters;
import observatory.stream.wire.CodecException;

/**
 * Keeps a producer that says only what nobody can read from filling the dead letters: of each key {@value #BURST} are
 * kept at once and {@value #PER_SECOND} a second after that, the others are counted. The run a key names is told how
 * many there were, when the first came and whenever they have doubled. Belongs to one thread.
 */
final class Refusals {
    static final int BURST = 1000;
    static final int PER_SECOND = 10;
    /** Keys that are remembered; one that returns after so many others begins anew. */
    private static final int KEYS = 1024;

    private final Map<String, Refused> keys = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refused> eldest) {
            return size() > KEYS;
        }
    };

    /** What came under one key. */
    private static final class Refused {
        private final SortedMap<String, Long> reasons = new TreeMap<>();
        private double room = BURST;
        private long at;
        private long count;
        private long dropped;
        private long told;
    }

    /** Counts a record that cannot be read; whether it is to be kept. */
    boolean keeps(String key, CodecException.Reason reason, long nowMillis) {
        Refused refused = keys.computeIfAbsent(key == null ? "" : key, any -> new Refused());
        double refilled = refused.room + Math.max(0, nowMillis - refused.at) * PER_SECOND / 1e3;
        refused.room = refused.count == 0 ? BURST : Math.min(BURST, refilled);
        refused.at = nowMillis;
        refused.count++;
        refused.reasons.merge(reason.label(), 1L, Long::sum);
        if (refused.room < 1) {
            refused.dropped++;
            return false;
        }
        refused.room--;
        return true;
    }

    /**
     * What runs are to be told now.
     *
     * @param last the origin and step a run was last heard with
     */
    List<RunEvent> due(Remarks remarks, Function<RunId, Optional<Silence.Place>> last, long nowMillis) {
        List<RunEvent> due = new ArrayList<>();
        keys.forEach((key, refused) -> {
            if (refused.count > 0 && refused.count >= 2 * refused.told) {
                run(key).ifPresent(run -> {
                    Silence.Place place =
                            last.apply(run).orElse(new Silence.Place(new Origin(run, 0, new UUID(0, 0), 0), 0));
                    refused.told = refused.count;
                    due.add(remarks.about(
                            place.origin(), place.step(), nowMillis, RunEvent.Kind.LOST, details(refused)));
                });
            }
        });
        return due;
    }

    private static Map<String, String> details(Refused refused) {
        return Map.of(
                DeadLetters.COUNT,
                Long.toString(refused.count),
                "reason",
                "nobody could read them: " + refused.reasons,
                "not_kept",
                Long.toString(refused.dropped));
    }

    private static Optional<RunId> run(String key) {
        try {
            return Optional.of(new RunId(key));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // The key names no run that could be told.
        }
    }
}
