package observatory.analysis.alert;

import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one receiver knows of one group of alerts.
 *
 * @param first when its first alert came
 * @param last when it was last told
 * @param told what was told of each alert, by fingerprint: firing or resolved
 * @param repeat how often the same was told again
 */
record Group(Instant first, Optional<Instant> last, SortedMap<String, String> told, int repeat) {
    Group {
        told = Collections.unmodifiableSortedMap(new TreeMap<>(told));
    }

    static Group begun(Instant now) {
        return new Group(now, Optional.empty(), new TreeMap<>(), 0);
    }

    /** Whether the receiver does not know of one of these what it is now. */
    boolean differs(SortedMap<String, String> current) {
        return current.entrySet().stream().anyMatch(one -> !one.getValue().equals(told.get(one.getKey())));
    }

    Instant due(boolean differs, Policy.Timing timing) {
        return last.map(at -> at.plusSeconds(differs ? timing.intervalSeconds() : timing.repeatSeconds()))
                .orElse(first.plusSeconds(timing.waitSeconds()));
    }
}
