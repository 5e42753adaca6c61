package observatory.ui.data;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import observatory.probe.Hook;
import observatory.probe.Scalars;

/** What each probe took of the training thread at each hook, in seconds a step, as the run told it. */
public final class Costs {
    private static final String PREFIX = Scalars.observerSecondsOf("");
    private static final int KEPT = 256; // for each part: the run tells them every few dozen steps

    private final Map<String, ConcurrentSkipListMap<Long, Double>> byPart = new ConcurrentHashMap<>();

    static boolean holds(String scalar) {
        return scalar.startsWith(PREFIX);
    }

    void add(long step, String scalar, double seconds) {
        ConcurrentSkipListMap<Long, Double> kept =
                byPart.computeIfAbsent(scalar.substring(PREFIX.length()), part -> new ConcurrentSkipListMap<>());
        kept.put(step, seconds);
        if (kept.size() > KEPT) {
            kept.pollFirstEntry();
        }
    }

    /** Of a probe at a hook, as it was told last up to a step; empty where it was not told yet. */
    public OptionalDouble of(String probe, Hook hook, long step) {
        return of(probe + "/" + hook.label(), step);
    }

    /** Of a probe that looks at no hook, or of the {@code frame}. */
    public OptionalDouble of(String part, long step) {
        ConcurrentSkipListMap<Long, Double> kept = byPart.get(part);
        Map.Entry<Long, Double> found = kept == null ? null : kept.floorEntry(step);
        return found == null ? OptionalDouble.empty() : OptionalDouble.of(found.getValue());
    }
}
