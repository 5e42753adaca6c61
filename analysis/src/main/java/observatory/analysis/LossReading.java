package observatory.analysis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * What a run's loss came to: the mean of its last {@value #LAST} steps, which one batch hardly moves, and what was held
 * back of each source when that was last measured.
 *
 * @param loss NaN where there was none
 * @param validation of the latest validation, by name: {@code validation_loss} and that of each source
 * @param at step of that validation
 */
public record LossReading(double loss, SortedMap<String, Double> validation, long at) {
    static final int LAST = 32;

    /** Reads the frames of one run. */
    public static LossReading of(Iterable<? extends Telemetry> recorded) {
        Deque<Double> last = new ArrayDeque<>();
        SortedMap<String, Double> validation = new TreeMap<>();
        long at = -1;
        for (Telemetry item : recorded) {
            if (item instanceof Frame frame) {
                frame.scalars().find(Scalars.LOSS).ifPresent(last::add);
                if (last.size() > LAST) {
                    last.remove();
                }
                SortedMap<String, Double> now = validation(frame.scalars());
                if (!now.isEmpty()) {
                    validation = now;
                    at = frame.step();
                }
            }
        }
        return new LossReading(
                last.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN), validation, at);
    }

    private static SortedMap<String, Double> validation(Scalars scalars) {
        SortedMap<String, Double> found = new TreeMap<>();
        for (String name : scalars.names()) {
            if (name.startsWith(Scalars.VALIDATION_LOSS)) {
                found.put(name, scalars.find(name).orElse(Double.NaN));
            }
        }
        return found;
    }

    public String words() {
        String held = validation.entrySet().stream()
                .map(one ->
                        one.getKey().replace(Scalars.VALIDATION_LOSS + "/", "").replace(Scalars.VALIDATION_LOSS, "all")
                                + " " + Numbers.of(one.getValue()))
                .collect(Collectors.joining(", "));
        return "loss " + Numbers.of(loss) + ", the mean of the last " + LAST + " steps"
                + (held.isEmpty() ? "" : "; held back, after " + Incident.step(at) + ": " + held);
    }
}
