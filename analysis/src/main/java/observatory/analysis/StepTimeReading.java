package observatory.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;
import org.apache.commons.math3.stat.StatUtils;

/**
 * Where the time of a run's steps went, as a sentence: medians over the second half of its steps, when compilers and
 * caches are warm. Phases that are not told are left out, and what no phase accounts for is called the rest. Observers
 * look from within the phases, so theirs is a part of these.
 */
public final class StepTimeReading {
    private static final Map<String, String> PHASES = phases();

    private StepTimeReading() {}

    private static Map<String, String> phases() {
        Map<String, String> phases = new LinkedHashMap<>();
        phases.put(Scalars.DATA_SECONDS, "data");
        phases.put(Scalars.FORWARD_SECONDS, "forward");
        phases.put(Scalars.BACKWARD_SECONDS, "backward");
        phases.put(Scalars.OPTIMISER_SECONDS, "optimiser");
        return phases;
    }

    /** Empty where no step told its time and a phase. Frames of one rank, the lowest, count. */
    public static Optional<String> of(Iterable<? extends Telemetry> recorded) {
        List<Scalars> steps = new ArrayList<>();
        int rank = Integer.MAX_VALUE;
        for (Telemetry item : recorded) {
            if (item instanceof Frame frame && frame.origin().rank() <= rank) {
                if (frame.origin().rank() < rank) {
                    steps.clear();
                }
                rank = frame.origin().rank();
                steps.add(frame.scalars());
            }
        }
        List<Scalars> warm = steps.subList(steps.size() / 2, steps.size());
        double whole = median(warm, Scalars.STEP_SECONDS);
        Map<String, Double> shares = new LinkedHashMap<>();
        PHASES.forEach((scalar, name) -> {
            double part = median(warm, scalar);
            if (Double.isFinite(part) && whole > 0) {
                shares.put(name, part / whole);
            }
        });
        if (shares.isEmpty()) {
            return Optional.empty();
        }
        double rest =
                1 - shares.values().stream().mapToDouble(Double::doubleValue).sum();
        shares.put("rest", Math.max(0, rest));
        double observing = median(warm, Scalars.OBSERVER_SECONDS) / whole;
        double used = median(warm, Scalars.MODEL_FLOPS_UTILISATION);
        return Optional.of(String.format(
                Locale.ROOT,
                "a step %s ms: %s%s%s",
                Numbers.of(1000 * whole),
                shares.entrySet().stream()
                        .map(share -> String.format(Locale.ROOT, "%s %.1f %%", share.getKey(), 100 * share.getValue()))
                        .collect(Collectors.joining(", ")),
                Double.isFinite(observing)
                        ? String.format(Locale.ROOT, "; of it observing %.1f %%", 100 * observing)
                        : "",
                Double.isFinite(used)
                        ? String.format(Locale.ROOT, "; %.0f %% of what large matrix products reach here", 100 * used)
                        : ""));
    }

    private static double median(List<Scalars> steps, String name) {
        double[] values = steps.stream()
                .map(scalars -> scalars.find(name))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .toArray();
        return StatUtils.percentile(values, 50); // NaN of none
    }
}
