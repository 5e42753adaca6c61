package observatory.analysis.alert;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one receiver knows of one group of alerts.
 *
 * @param first when the first alert came that it is to be told
 * @param last when it was last told
 * @param told what was told of each alert, by fingerprint
 * @param repeat how often the same was told again
 */
record Group(Optional<Instant> first, Optional<Instant> last, SortedMap<String, Told> told, int repeat) {
    Group {
        told = Collections.unmodifiableSortedMap(new TreeMap<>(told));
    }

    /** One of which nothing was told. */
    static Group unknown() {
        return new Group(Optional.empty(), Optional.empty(), new TreeMap<>(), 0);
    }

    Optional<Told> told(Alert alert) {
        return Optional.ofNullable(told.get(alert.fingerprint()));
    }

    /** The same group, of which this need not be told any more. */
    Group with(Map<String, Told> settled) {
        SortedMap<String, Told> all = new TreeMap<>(told);
        all.putAll(settled);
        return new Group(first, last, all, repeat);
    }

    /** The same, waiting to be told since then. */
    Group waiting(Optional<Instant> since) {
        return new Group(since, last, told, repeat);
    }

    /** When it may be told, if there is something to tell. */
    Instant due(boolean differs, Policy.Timing timing) {
        return last.map(at -> at.plusSeconds(differs ? timing.intervalSeconds() : timing.repeatSeconds()))
                .orElseGet(() -> first.orElseThrow().plusSeconds(timing.waitSeconds()));
    }
}
