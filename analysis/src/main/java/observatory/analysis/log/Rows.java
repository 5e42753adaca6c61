package observatory.analysis.log;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import observatory.probe.Scalars;

/**
 * Makes values of rows that name their own step. Rows without one belong to the step before them, or are counted where
 * the log has no steps at all; steps counted anew in every epoch are added up.
 */
final class Rows {
    private enum Part {
        STEP,
        EPOCH,
        CLOCK,
        VALUE
    }

    private static final int MOST_TAGS = 10_000;
    private static final double MOST_STEPS = 1e15; // also of samples and tokens, which some logs count instead

    private final Values out;
    private final Map<String, Part> parts = new HashMap<>();
    private Optional<String> stepTag;
    private boolean counted;
    private long step;
    private long rawStep = Long.MIN_VALUE;
    private long before; // steps of the epochs that are done
    private double epoch = Double.NEGATIVE_INFINITY;
    private Instant time = Instant.EPOCH;

    /** @param tags those known beforehand, among which the step is looked for */
    Rows(Values out, LogSource source, Set<String> tags) {
        this.out = out;
        this.stepTag = source.columns().entrySet().stream()
                .filter(given -> given.getValue().equals("step"))
                .map(Map.Entry::getKey)
                .findFirst()
                .or(() -> StepNames.best(tags));
        this.counted = !tags.isEmpty() && stepTag.isEmpty();
    }

    void row(Row row) {
        if (stepTag.isEmpty() && !counted) {
            stepTag = StepNames.best(row.numbers().keySet());
            counted = stepTag.isEmpty();
        }
        if (!findStep(row)) {
            return;
        }
        row.texts().forEach((tag, text) -> {
            if (part(tag) == Part.CLOCK) {
                time = Clock.parse(text).orElse(time);
            }
        });
        if (isPadded(row)) {
            row.numbers().values().removeIf(value -> value.isNaN());
            out.remark("rows of an evaluation have NaN where no training step was logged; it was left out");
        }
        row.numbers().forEach((tag, value) -> {
            switch (part(tag)) {
                case CLOCK -> time = Clock.seconds(value).orElse(time);
                case VALUE, EPOCH -> out.put(step, time, tag, value);
                case STEP -> {}
            }
        });
    }

    /** False where the row names a step that is no number. */
    private boolean findStep(Row row) {
        if (counted) {
            out.remark("the log has no column that counts steps; its rows were counted");
            step++;
            return true;
        }
        Double value = row.numbers().get(stepTag.orElseThrow());
        if (value == null) {
            return rawStep != Long.MIN_VALUE;
        }
        if (!(value >= 0 && value < MOST_STEPS)) { // also where it is NaN
            return false;
        }
        long raw = value.longValue();
        double now = epoch(row);
        if (raw < rawStep && now > epoch && Math.floor(now) > Math.floor(epoch)) {
            before += rawStep;
            out.remark("steps are counted anew in every epoch; they were added up");
        } else if (raw < rawStep) {
            before = 0;
        }
        epoch = Double.isNaN(now) ? epoch : now;
        rawStep = raw;
        step = before + raw;
        return true;
    }

    /** Whether this is the row of an evaluation in a table that fills its empty cells with NaN. */
    private static boolean isPadded(Row row) {
        if (row.numbers().values().stream().noneMatch(value -> value.isNaN())) {
            return false;
        }
        boolean evaluated = false;
        for (Map.Entry<String, Double> each : row.numbers().entrySet()) {
            Optional<Meaning> meaning = Meaning.of(each.getKey());
            boolean held = meaning.filter(m -> m.name().equals(Scalars.VALIDATION_LOSS))
                    .isPresent();
            if (meaning.isPresent() && !held && !each.getValue().isNaN()) {
                return false;
            }
            evaluated |= held && !each.getValue().isNaN();
        }
        return evaluated;
    }

    private double epoch(Row row) {
        for (Map.Entry<String, Double> each : row.numbers().entrySet()) {
            if (part(each.getKey()) == Part.EPOCH) {
                return each.getValue();
            }
        }
        return Double.NaN;
    }

    private Part part(String tag) {
        Part known = parts.get(tag);
        if (known == null) {
            known = find(tag);
            if (parts.size() < MOST_TAGS) {
                parts.put(tag, known);
            }
        }
        return known;
    }

    private Part find(String tag) {
        if (stepTag.filter(tag::equals).isPresent()) {
            return Part.STEP;
        }
        if (StepNames.isEpoch(tag)) {
            return Part.EPOCH;
        }
        return Clock.isName(tag) ? Part.CLOCK : Part.VALUE;
    }
}
