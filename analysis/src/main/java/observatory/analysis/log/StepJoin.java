package observatory.analysis.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import observatory.probe.Scalars;

/**
 * Joins the values of a step, which most writers spread over one event per tag, into one frame. The last {@value
 * #OPEN_STEPS} steps stay open for values that come late; a series that goes back to an earlier step begins a new
 * incarnation.
 */
final class StepJoin {
    private static final int OPEN_STEPS = 32;
    private static final int MOST_TAGS = 10_000; // per run; a hostile log must not fill the memory with names

    private record Open(Instant time, Map<String, Double> values) {}

    private final FrameWriter out;
    private final TreeMap<Long, Open> open = new TreeMap<>();
    private final Map<String, Long> lastSteps = new HashMap<>();
    private final Map<String, Double> carried = new LinkedHashMap<>();
    private long written = Long.MIN_VALUE; // the highest step handed on in this incarnation
    private long refused;
    private long late;

    StepJoin(FrameWriter out) {
        this.out = out;
    }

    void put(long step, Instant time, String name, double value) {
        Long last = lastSteps.get(name);
        if (last == null && lastSteps.size() >= MOST_TAGS) {
            refused++;
            return;
        }
        if (last != null && step < last) {
            restart();
        }
        lastSteps.put(name, step);
        if (step <= written) {
            carry(step, name, value);
            return;
        }
        open.computeIfAbsent(step, s -> new Open(time, new LinkedHashMap<>()))
                .values()
                .put(name, value);
        if (open.size() > OPEN_STEPS) {
            writeFirst();
        }
    }

    /** A value of the step just handed on, such as an evaluation at its end, goes with the next. */
    private void carry(long step, String name, double value) {
        if (step == written) {
            carried.put(name, value);
        } else {
            late++;
        }
    }

    /** The writer says that it begins at this step: a new incarnation where the run had come as far already. */
    void startsAt(long step) {
        boolean reached = step <= written || !open.isEmpty() && step <= open.lastKey();
        if (reached) {
            restart();
        }
    }

    void flush() {
        while (!open.isEmpty()) {
            writeFirst();
        }
    }

    /** Values left out because the log has more series than are read. */
    long refused() {
        return refused;
    }

    /** Values left out because their step had been handed on long before. */
    long late() {
        return late;
    }

    private void restart() {
        flush();
        lastSteps.clear();
        carried.clear();
        written = Long.MIN_VALUE;
        out.nextIncarnation();
    }

    private void writeFirst() {
        Map.Entry<Long, Open> first = open.pollFirstEntry();
        Map<String, Double> values = first.getValue().values();
        carried.forEach(values::putIfAbsent);
        carried.clear();
        List<String> names = new ArrayList<>(values.keySet());
        double[] numbers = new double[names.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values.get(names.get(i));
        }
        written = Math.max(written, first.getKey());
        out.write(first.getKey(), first.getValue().time(), new Scalars(names, numbers));
    }
}
