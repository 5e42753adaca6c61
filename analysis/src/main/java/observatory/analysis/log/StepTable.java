package observatory.analysis.log;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The values of a log that is written series by series, turned round: per step its values. It holds all of the log and
 * therefore takes at most {@value #MOST_VALUES} values.
 */
final class StepTable {
    private static final int MOST_VALUES =
            2_000_000; // about 150 MB of memory; the longest real log seen has 51,000 steps of 5

    private final Path file;
    private final TreeMap<Long, Map<String, Double>> steps = new TreeMap<>();
    private final Set<String> tags = new LinkedHashSet<>();
    private long size;

    StepTable(Path file) {
        this.file = file;
    }

    /** @param offset of the value in the file, for the error where there are too many */
    void put(long step, String tag, double value, long offset) {
        if (++size > MOST_VALUES) {
            throw new LogException(
                    file,
                    offset,
                    "a log that is written series by series may have at most " + MOST_VALUES + " values",
                    "write it step by step, for example as JSON lines");
        }
        tags.add(tag);
        steps.computeIfAbsent(step, s -> new LinkedHashMap<>(8)).put(tag, value);
    }

    Set<String> tags() {
        return tags;
    }

    /** Leaves out the steps at the end at which every one of several series is NaN, and tells how many. */
    long dropPadding() {
        long dropped = 0;
        // With a single series nothing tells a step that was not run from a loss that became NaN.
        while (tags.size() > 1 && steps.size() > 1 && allNaN(steps.lastEntry().getValue())) {
            steps.pollLastEntry();
            dropped++;
        }
        return dropped;
    }

    private static boolean allNaN(Map<String, Double> values) {
        return values.values().stream().allMatch(value -> value.isNaN());
    }

    void writeTo(Values out) {
        steps.forEach((step, values) -> values.forEach((tag, value) -> out.put(step, Instant.EPOCH, tag, value)));
    }
}
