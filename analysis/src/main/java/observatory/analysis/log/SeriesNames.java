package observatory.analysis.log;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tags of one log and the names its series get: that of ours which a tag stands for, where no tag that
 * stands nearer has it (a loss of every step comes before a mean of an evaluation), else its own. What a tag
 * is called never changes.
 */
final class SeriesNames {
    private static final int MOST = 10_000; // tags remembered; a hostile log must not fill the memory with names

    private final Map<String, String> names = new HashMap<>();
    private final Map<String, String> holders = new HashMap<>(); // from our name to the tag that has it

    SeriesNames() {
        this(Map.of());
    }

    /** @param given from tags to the names they get, whatever else they might mean */
    SeriesNames(Map<String, String> given) {
        given.forEach((tag, name) -> {
            names.put(tag, name);
            holders.put(name, tag);
        });
    }

    /** Decides over all tags that a look ahead into the log has found. */
    void learn(Collection<String> tags) {
        tags.stream()
                .filter(tag -> !names.containsKey(tag) && Meaning.of(tag).isPresent())
                .sorted(Comparator.comparingInt(
                        tag -> Meaning.of(tag).orElseThrow().distance()))
                .forEach(tag -> hold(tag, Meaning.of(tag).orElseThrow()));
    }

    /** Says what a tag is that does not say so itself, where nobody has said otherwise. */
    void learn(String tag, String name) {
        if (!names.containsKey(tag) && holders.putIfAbsent(name, tag) == null) {
            names.put(tag, name);
        }
    }

    /** What the series of this tag is called. */
    String of(String tag) {
        String known = names.get(tag);
        if (known != null) {
            return known;
        }
        Meaning.of(tag)
                .filter(meaning -> meaning.distance() < Meaning.LAST_RESORT)
                .ifPresent(meaning -> hold(tag, meaning));
        String name = Optional.ofNullable(names.get(tag)).orElseGet(() -> own(tag));
        if (names.size() < MOST) {
            names.put(tag, name);
        }
        return name;
    }

    private void hold(String tag, Meaning meaning) {
        if (holders.putIfAbsent(meaning.name(), tag) == null) {
            names.put(tag, meaning.name());
        }
    }

    /** A tag that is spelled as a series of ours which another tag has already got. */
    private String own(String tag) {
        return holders.containsKey(tag) ? "other/" + tag : tag;
    }
}
