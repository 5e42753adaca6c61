package observatory.stream.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Site;

/**
 * The sites of one document while it is read. A hook that a later version may have is no error: its sites are passed
 * over with what was measured there, as an unknown field is, and the values are counted.
 */
final class KnownSites {
    /** Scalar of a frame: how many of its values stood at hooks this version does not know. */
    static final String IGNORED = "values_ignored";

    private static final int UNKNOWN = -1;
    private static final Map<String, Hook> HOOKS =
            Arrays.stream(Hook.values()).collect(Collectors.toUnmodifiableMap(Hook::label, Function.identity()));

    private final List<Site> known = new ArrayList<>();
    /** For each site of the document its number among the known ones. */
    private int[] numbers = new int[64];

    private int count;
    private long ignored;

    /** The next site of the document. */
    void add(String hook, int layer, String parameter) {
        Optional<Hook> found = Optional.ofNullable(HOOKS.get(hook.toLowerCase(Locale.ROOT)));
        if (count == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * count);
        }
        numbers[count++] = found.isPresent() ? known.size() : UNKNOWN;
        found.ifPresent(place -> known.add(new Site(place, layer, parameter)));
    }

    int count() {
        return count;
    }

    List<Site> sites() {
        return known;
    }

    /**
     * A column whose places are numbers of sites of the document, as one of known sites; empty where nothing is left.
     */
    Optional<Column> column(Column read) {
        if (known.size() == count) {
            return Optional.of(read);
        }
        int[] kept = IntStream.range(0, read.size())
                .filter(i -> place(read, i) != UNKNOWN)
                .toArray();
        ignored += read.size() - kept.length;
        return kept.length == 0
                ? Optional.empty()
                : Optional.of(new Column(
                        read.metric(),
                        IntStream.of(kept).map(i -> place(read, i)).toArray(),
                        IntStream.of(kept).mapToDouble(i -> read.values()[i]).toArray()));
    }

    /** How many values of the columns so far stood at unknown hooks. */
    long ignored() {
        return ignored;
    }

    private int place(Column read, int i) {
        int at = read.at()[i];
        if (at < 0 || at >= count) {
            throw new IllegalArgumentException(
                    "metric " + read.metric() + " names site " + at + " of " + count + "; sites are numbered from 0");
        }
        return numbers[at];
    }
}
