package observatory.analysis.replay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Site;

/** The numbers of a frame that say how the model does, without those that say how fast, or what it was told. Pure. */
public final class Signals {
    /**
     * Sites of the step with a NaN or an infinity; 1 where only the loss, or a gradient no scaler
     * explains, is not finite.
     */
    static final Signal NON_FINITE = new Signal("non_finite", "");
    /** The largest loss of one sequence, in nats a token. */
    static final Signal WORST_SEQUENCE = new Signal("worst_sequence_loss", "");
    /** Share of the step's sequences that were trained on in a step before. */
    static final Signal REPEATED = new Signal("repeated_sequences", "");
    /** Population stability index of the sources over the steps looked at, against the steps before. */
    static final Signal MIXTURE = new Signal("mixture_shift", "");
    /** 1 where the ranks' weights differ. */
    static final Signal RANKS_DIFFER = new Signal("ranks_differ", "");

    private static final Set<String> NOT_OF_THE_MODEL = Set.of(
            Scalars.LEARNING_RATE,
            Scalars.LOSS_SCALE,
            Scalars.FORWARD_LIMIT,
            Scalars.TOKENS,
            Scalars.OBSERVER_BUDGET,
            Scalars.FRAMES_DROPPED,
            Scalars.MODEL_FLOPS,
            Scalars.PEAK_FLOPS,
            Scalars.MODEL_FLOPS_UTILISATION,
            Scalars.TOKENS_PER_SECOND,
            Scalars.BATCH_SEQUENCES,
            Scalars.MICRO_BATCH_SEQUENCES,
            Scalars.ADAM_BETA2,
            Scalars.BATCH_CHECK,
            Scalars.WEIGHTS_CHECK,
            Scalars.HEAD_WIDTH,
            Scalars.VALIDATION_LOSS);

    /** What carries something over from the steps before, so that it differs where a run begins again in the middle. */
    static final Set<String> CARRIED = Set.of(
            "spectral_norm",
            "stable_rank",
            "eigenvalue",
            "update_coherence",
            "seen_before",
            "ngram_seen_fraction",
            "near_duplicate");

    /** Metrics of sites that have a size which healthy steps keep to. */
    private static final Set<String> SIZES = Set.of(
            "rms",
            "abs_max",
            "norm",
            "nan",
            "inf",
            "attention_logit_max",
            "attention_entropy",
            "log_z_max",
            "log_z_mean",
            "token_norm",
            "update_ratio",
            "adam_rms",
            "dead_fraction");

    private static final double SMOOTHING = 0.005;

    private Signals() {}

    /** Whether a scalar tells what the step did, and not how long it took or what it was told. */
    static boolean ofTheModel(String scalar) {
        return !NOT_OF_THE_MODEL.contains(scalar)
                && !scalar.endsWith("_seconds")
                && !scalar.endsWith("_per_second")
                && !scalar.startsWith(Scalars.observerSecondsOf(""))
                && !scalar.startsWith(Scalars.VALIDATION_LOSS);
    }

    /** Whether a signal has a size that healthy steps keep to; of those without, some leave any level by chance. */
    static boolean size(Signal signal) {
        return signal.site().isEmpty() || SIZES.contains(signal.metric());
    }

    /**
     * In the order of the step: scalars, then sites as they were passed. Of a site that has a value for each micro-batch
     * it is the largest: the order of the sequences, which is nothing but rounding, must not choose.
     */
    public static Map<Signal, Double> of(Frame frame) {
        Map<Signal, Double> values = new LinkedHashMap<>();
        for (int i = 0; i < frame.scalars().names().size(); i++) {
            String name = frame.scalars().names().get(i);
            if (ofTheModel(name)) {
                values.put(new Signal(name, ""), frame.scalars().values()[i]);
            }
        }
        values.put(NON_FINITE, nonFinite(frame));
        frame.batch()
                .ifPresent(batch -> values.put(
                        WORST_SEQUENCE,
                        batch.sequences().stream()
                                .mapToDouble(Batch.Sequence::loss)
                                .max()
                                .orElse(0)));
        List<Site> sites = frame.sites().sites();
        for (Column column : frame.sites().columns()) {
            // A histogram has many values at one site, none of which says anything alone.
            if (!CARRIED.contains(column.metric()) && !column.metric().startsWith("histogram_")) {
                for (int i = 0; i < column.size(); i++) {
                    values.merge(
                            new Signal(
                                    column.metric(), sites.get(column.at()[i]).label()),
                            column.values()[i],
                            Math::max);
                }
            }
        }
        return values;
    }

    /** The first site of the step that holds what is not finite, in the order in which the step passed them. */
    public static Optional<Site> firstBad(Frame frame) {
        List<Site> sites = frame.sites().sites();
        int first = sites.size();
        for (Column column : frame.sites().columns()) {
            if (column.metric().equals("nan") || column.metric().equals("inf")) {
                for (int i = 0; i < column.size(); i++) {
                    first = column.values()[i] > 0 ? Math.min(first, column.at()[i]) : first;
                }
            }
        }
        return first < sites.size() ? Optional.of(sites.get(first)) : Optional.empty();
    }

    private static double nonFinite(Frame frame) {
        Set<Integer> bad = new HashSet<>();
        boolean scaled = frame.scalars().find(Scalars.LOSS_SCALE).isPresent();
        for (Column column : frame.sites().columns()) {
            if (column.metric().equals("nan") || column.metric().equals("inf")) {
                for (int i = 0; i < column.size(); i++) {
                    boolean forward =
                            frame.sites().sites().get(column.at()[i]).hook().forward();
                    if (column.values()[i] > 0 && (forward || !scaled)) {
                        bad.add(column.at()[i]);
                    }
                }
            }
        }
        if (!bad.isEmpty()) {
            return bad.size();
        }
        boolean loss = !Double.isFinite(frame.scalars().find(Scalars.LOSS).orElse(0));
        boolean gradient =
                !Double.isFinite(frame.scalars().find(Scalars.GRADIENT_NORM).orElse(0));
        return loss || gradient && !scaled ? 1 : 0;
    }

    /** The largest share of repeated sequences of any of these steps; those before count as trained on. */
    static double repeated(List<Frame> before, List<Frame> frames) {
        Set<String> seen = new HashSet<>();
        before.forEach(frame -> {
            frame.batch()
                    .ifPresent(batch -> batch.sequences().forEach(one -> seen.add(one.source() + ':' + one.offset())));
        });
        double most = 0;
        for (Frame frame : frames) {
            if (frame.batch().isPresent() && frame.batch().get().sequences().size() > 0) {
                List<Batch.Sequence> sequences = frame.batch().get().sequences();
                long again = sequences.stream()
                        .filter(one -> seen.contains(one.source() + ':' + one.offset()))
                        .count();
                most = Math.max(most, (double) again / sequences.size());
                sequences.forEach(one -> seen.add(one.source() + ':' + one.offset()));
            }
        }
        return most;
    }

    static double mixture(List<Frame> before, List<Frame> frames) {
        SortedMap<String, Double> then = shares(before);
        SortedMap<String, Double> now = shares(frames);
        Set<String> all = new HashSet<>(then.keySet());
        all.addAll(now.keySet());
        double index = 0;
        for (String source : all) {
            double a = now.getOrDefault(source, 0.0) + SMOOTHING;
            double b = then.getOrDefault(source, 0.0) + SMOOTHING;
            index += (a - b) * Math.log(a / b);
        }
        return index;
    }

    private static SortedMap<String, Double> shares(List<Frame> frames) {
        SortedMap<String, Double> shares = new TreeMap<>();
        double count = 0;
        for (Frame frame : frames) {
            for (Batch.Sequence one : frame.batch().map(Batch::sequences).orElse(List.of())) {
                shares.merge(one.source(), 1.0, Double::sum);
                count++;
            }
        }
        double all = count;
        shares.replaceAll((source, n) -> n / all);
        return shares;
    }

    static double ranksDiffer(List<Frame> frames) {
        Map<Long, Double> checks = new HashMap<>();
        for (Frame frame : frames) {
            if (frame.scalars().find(Scalars.WEIGHTS_CHECK).isPresent()) {
                double check = frame.scalars().find(Scalars.WEIGHTS_CHECK).getAsDouble();
                Double other = checks.putIfAbsent(frame.step(), check);
                if (other != null && other != check) {
                    return 1;
                }
            }
        }
        return 0;
    }
}
