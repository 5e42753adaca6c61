package observatory.stream.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.Scalars;
import observatory.probe.builtin.Probes;
import observatory.stream.wire.Manifest.Measure;

/** What the metrics of this program's own probes and the scalars of a step are: unit and merge rule, for manifests. */
public final class Measures {
    private static final String NONE = "1";
    private static final String NAT = "nat";
    private static final String SECOND = "s";
    private static final String OPERATION = "{operation}";

    /** By name; numbers that belong to no site are of a rank, and only what is counted adds up over ranks. */
    private static final List<Measure> SCALARS = List.of(
            new Measure(Scalars.LOSS, NAT, Merge.NONE),
            new Measure(Scalars.VALIDATION_LOSS, NAT, Merge.NONE),
            new Measure(Scalars.GRADIENT_NORM, NONE, Merge.NONE),
            new Measure(Scalars.LEARNING_RATE, NONE, Merge.NONE),
            new Measure(Scalars.LOSS_SCALE, NONE, Merge.NONE),
            new Measure(Scalars.SKIPPED, NONE, Merge.MAX),
            new Measure(Scalars.FORWARD_LIMIT, NONE, Merge.MIN),
            new Measure(Scalars.TOKENS, "{token}", Merge.COUNT),
            new Measure(Scalars.STEP_SECONDS, SECOND, Merge.MAX),
            new Measure(Scalars.OBSERVER_SECONDS, SECOND, Merge.MAX),
            new Measure(Scalars.observerSecondsOf("*"), SECOND, Merge.MAX),
            new Measure(Scalars.FRAMES_DROPPED, "{frame}", Merge.COUNT),
            new Measure(Scalars.OBSERVER_BUDGET, NONE, Merge.MAX),
            new Measure(Scalars.MODEL_FLOPS, OPERATION, Merge.SUM),
            new Measure(Scalars.PEAK_FLOPS, OPERATION + "/s", Merge.SUM),
            new Measure(Scalars.MODEL_FLOPS_UTILISATION, NONE, Merge.NONE),
            new Measure(Scalars.TOKENS_PER_SECOND, "{token}/s", Merge.SUM),
            new Measure(Scalars.DATA_SECONDS, SECOND, Merge.MAX),
            new Measure(Scalars.FORWARD_SECONDS, SECOND, Merge.MAX),
            new Measure(Scalars.BACKWARD_SECONDS, SECOND, Merge.MAX),
            new Measure(Scalars.OPTIMISER_SECONDS, SECOND, Merge.MAX),
            new Measure(Scalars.BATCH_SEQUENCES, "{sequence}", Merge.NONE),
            new Measure(Scalars.MICRO_BATCH_SEQUENCES, "{sequence}", Merge.NONE),
            new Measure(Scalars.MICRO_GRADIENT_SQUARE, NONE, Merge.NONE),
            new Measure(Scalars.ADAM_BETA2, NONE, Merge.NONE),
            new Measure(Scalars.WEIGHTS_CHECK, NONE, Merge.NONE),
            new Measure(Scalars.BATCH_CHECK, NONE, Merge.NONE),
            new Measure(Scalars.HEAD_WIDTH, "{column}", Merge.NONE));

    private static final List<Measure> BUILT_IN = builtIn(Probes.catalogue());

    private Measures() {}

    /** Everything the built-in probes and a step report, by name. */
    public static List<Measure> builtIn() {
        return BUILT_IN;
    }

    /** The merge rules of some measures by name. */
    public static Map<String, Merge> rules(List<Measure> measures) {
        return measures.stream().collect(Collectors.toMap(Measure::name, Measure::merge, (one, other) -> other));
    }

    private static List<Measure> builtIn(List<Probes.Entry> catalogue) {
        Map<String, Measure> all = new TreeMap<>();
        SCALARS.forEach(measure -> all.put(measure.name(), measure));
        for (Probes.Entry entry : catalogue) {
            for (Metric metric : entry.metrics()) {
                all.put(metric.name(), new Measure(metric.name(), metric.unit(), metric.merge()));
            }
        }
        return List.copyOf(new ArrayList<>(all.values()));
    }
}
