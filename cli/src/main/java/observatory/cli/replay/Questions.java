package observatory.cli.replay;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import observatory.analysis.Kind;
import observatory.analysis.replay.Symptom;
import observatory.probe.Metric;
import observatory.probe.Pack;
import observatory.probe.Question;
import observatory.probe.Scalars;
import observatory.probe.StepProbe;
import observatory.probe.builtin.ExponentHistogram;
import observatory.probe.builtin.FormatRange;
import observatory.probe.builtin.GradientRange;
import observatory.probe.builtin.NearDuplicates;
import observatory.probe.builtin.NonFinite;
import observatory.probe.builtin.Probes;
import observatory.probe.builtin.RunRepetition;
import observatory.probe.builtin.WeightNorm;
import observatory.probe.builtin.WeightSpectrum;

/** What is asked in a trial: what may show the incident in the run as it was, and then only what the symptom needs. */
final class Questions {
    /** All that belongs to a step alone: spectra come late, and norms of weights by power iteration carry over. */
    static final List<Question> EVERYTHING = Probes.of(Pack.FORENSIC).stream()
            .filter(question -> !(question instanceof WeightSpectrum) && !(question instanceof WeightNorm))
            .toList();

    /** Without what reads every element once more to count it. */
    private static final List<Question> PLAIN = Probes.of(Pack.PROFILE).stream()
            .filter(question -> EVERYTHING.stream().anyMatch(one -> one.getClass() == question.getClass()))
            .filter(question -> !(question instanceof FormatRange)
                    && !(question instanceof ExponentHistogram)
                    && !(question instanceof GradientRange)
                    && !(question instanceof NearDuplicates)
                    && !(question instanceof RunRepetition))
            .toList();

    private static final List<Question> BROKEN = EVERYTHING.stream()
            .filter(question -> question instanceof NonFinite)
            .toList();
    private static final Set<String> FREE = Set.of(
            Scalars.LOSS,
            Scalars.GRADIENT_NORM,
            Scalars.SKIPPED,
            "non_finite",
            "worst_sequence_loss",
            "repeated_sequences",
            "mixture_shift",
            "ranks_differ");

    private Questions() {}

    /** Of the run as it was: for most kinds of incident what is cheap at every step, for the others everything. */
    static List<Question> of(Optional<Kind> kind) {
        return kind.map(one -> switch (one) {
                    case NON_FINITE,
                            OVERFLOW,
                            LOSS_SPIKE,
                            DIVERGENCE,
                            SLOW_DIVERGENCE,
                            GRADIENT_SPIKE,
                            GRADIENT_DRIFT,
                            GRADIENT_EXPLOSION,
                            DATA_OUTLIER,
                            BAD_BATCH,
                            DUPLICATE_DATA,
                            MIXTURE_SHIFT,
                            ATTENTION_GROWTH,
                            LOGIT_DRIFT,
                            RANK_DISAGREEMENT -> PLAIN;
                    default -> EVERYTHING;
                })
                .orElse(EVERYTHING);
    }

    static List<Question> of(Symptom symptom) {
        String metric = symptom.signal().metric();
        if (FREE.contains(metric)) {
            return BROKEN;
        }
        List<Question> telling =
                EVERYTHING.stream().filter(question -> tells(question, metric)).toList();
        // What is derived from other measurements needs them too.
        return telling.isEmpty() || telling.stream().anyMatch(StepProbe.class::isInstance)
                ? EVERYTHING
                : Stream.concat(BROKEN.stream(), telling.stream()).distinct().toList();
    }

    private static boolean tells(Question question, String metric) {
        return Stream.of(question.getClass().getAnnotationsByType(Metric.class))
                .anyMatch(one -> one.name().equals(metric));
    }
}
