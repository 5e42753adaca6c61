package observatory.analysis.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import observatory.analysis.Numbers;
import observatory.analysis.Verdict;

/**
 * From what was measured to a verdict: one factor at a time against the run as it was, by an exact permutation test
 * over repeats, times the number of factors that were tried (Bonferroni). A factor explains an incident when without it
 * more than half of the symptom is gone and the test is below {@value #LEVEL}.
 */
public final class Weighing {
    public static final double LEVEL = 0.05;
    static final double HALF = 0.5;

    /** What a factor would mean. */
    public enum Factor {
        DATA(Verdict.DATA_DRIVEN, "data", "the batch"),
        SETTINGS(Verdict.OPTIMISER, "optimiser", "what the optimiser was told"),
        RATE(Verdict.OPTIMISER, "optimiser", "the learning rate"),
        PRECISION(Verdict.NUMERICAL, "precision", "the number format"),
        LOSS_SCALE(Verdict.NUMERICAL, "precision", "the loss scale"),
        STATE(Verdict.OPTIMISER, "state", "the state of weights and moments");

        private final Verdict verdict;
        private final String group;
        private final String words;

        Factor(Verdict verdict, String group, String words) {
            this.verdict = verdict;
            this.group = group;
            this.words = words;
        }

        public String group() {
            return group;
        }

        public Verdict verdict() {
            return verdict;
        }
    }

    /** One factor's repeats: the strengths of the symptom without it. */
    public record Varied(Factor factor, String name, double[] strengths) {}

    /**
     * The other half of batch × state: strengths at an earlier state, with the settings before any change; NaN where
     * that was not run.
     *
     * @param same with the batches of the incident
     * @param other with other batches
     */
    public record Earlier(double same, double other) {
        public static final Earlier NOT_RUN = new Earlier(Double.NaN, Double.NaN);

        boolean run() {
            return !Double.isNaN(same);
        }

        /** What the batches alone do there. */
        private double ofTheBatch() {
            return same - (Double.isNaN(other) ? 0 : Math.min(other, same));
        }
    }

    /** @param factor empty where no factor explains it */
    public record Decision(Verdict verdict, double errorProbability, String because, Optional<Factor> factor) {
        /** The same finding where it cannot be told what it means. */
        public Decision undetermined(String why) {
            return new Decision(Verdict.UNDETERMINED, 1, because + why, factor);
        }
    }

    private Weighing() {}

    public static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** Sample standard deviation; 0 for one value. */
    public static double spread(double[] values) {
        double mean = mean(values);
        double sum = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return values.length < 2 ? 0 : Math.sqrt(sum / (values.length - 1));
    }

    /** Share of the symptom that is gone. */
    public static double removed(double[] asRun, double[] varied) {
        double before = mean(asRun);
        return before > 0 ? 1 - mean(varied) / before : 0;
    }

    public static double test(double[] asRun, double[] varied) {
        return asRun.length < 2 || varied.length < 2 ? 1 : PermutationTest.greater(asRun, varied);
    }

    /**
     * Weighs the factors.
     *
     * @param asRun strengths of the symptom in repeats of the run as it was, in other orders of the batch
     */
    public static Decision of(double[] asRun, List<Varied> factors, Earlier earlier) {
        List<Varied> explaining = new ArrayList<>();
        for (Varied one : factors) {
            if (removed(asRun, one.strengths()) > HALF && corrected(asRun, one, factors) < LEVEL) {
                explaining.add(one);
            }
        }
        if (explaining.isEmpty()) {
            return new Decision(Verdict.UNDETERMINED, 1, nothing(asRun, factors), Optional.empty());
        }
        explaining.sort(Comparator.comparingDouble(one -> -removed(asRun, one.strengths())));
        Optional<Varied> data =
                explaining.stream().filter(one -> one.factor() == Factor.DATA).findFirst();
        Optional<Varied> told = explaining.stream()
                .filter(one -> one.factor() == Factor.SETTINGS)
                .findFirst();
        Optional<Varied> other =
                explaining.stream().filter(one -> one.factor() != Factor.DATA).findFirst();
        boolean everywhere = !earlier.run()
                || data.map(one -> earlier.ofTheBatch() > HALF * (mean(asRun) - mean(one.strengths())))
                        .orElse(false);
        if (data.isEmpty() || other.isPresent() && !everywhere) {
            return decision(
                    asRun,
                    told.or(() -> other).orElseThrow(),
                    factors,
                    data.isPresent()
                            ? " Other batches avoid it too, but the same batches do nothing to an earlier state."
                            : "");
        }
        if (told.isPresent()) {
            return earlier.run()
                    ? decision(asRun, told.get(), factors, "")
                            .undetermined(
                                    " But other batches avoid it too, and the same batches do it to an earlier state"
                                            + " with the settings before the change: the two are not told apart.")
                    : decision(asRun, told.get(), factors, " Other batches avoid it too.");
        }
        if (!earlier.run()) {
            return decision(asRun, data.get(), factors, "")
                    .undetermined(
                            " But whether the same batches do it to an earlier state was not run, because the time was"
                                    + " up, and without that it may as well be this state; give more with --budget.");
        }
        return everywhere
                ? decision(asRun, data.get(), factors, " The same batches do it to an earlier state as well.")
                : decision(asRun, data.get(), factors, "")
                        .undetermined(
                                " But the same batches do nothing to an earlier state: it takes both, this batch and"
                                        + " this state (as PaLM's spikes did), and no setting that was tried avoids it.");
    }

    private static Decision decision(double[] asRun, Varied one, List<Varied> factors, String more) {
        return new Decision(
                one.factor().verdict(),
                corrected(asRun, one, factors),
                words(asRun, one, factors) + more,
                Optional.of(one.factor()));
    }

    private static double corrected(double[] asRun, Varied one, List<Varied> factors) {
        return Math.min(1, factors.size() * test(asRun, one.strengths()));
    }

    private static String words(double[] asRun, Varied one, List<Varied> factors) {
        return String.format(
                Locale.ROOT,
                "It is %s: with %s %s of the symptom is gone (%s instead of %s, %d and %d repeats, p = %s after correction"
                        + " for %d factors).",
                one.factor().words,
                one.name(),
                percent(removed(asRun, one.strengths())),
                Numbers.of(mean(one.strengths())),
                Numbers.of(mean(asRun)),
                one.strengths().length,
                asRun.length,
                Numbers.probability(corrected(asRun, one, factors)),
                factors.size());
    }

    private static String nothing(double[] asRun, List<Varied> factors) {
        if (factors.isEmpty()) {
            return "Nothing could be varied.";
        }
        StringBuilder text = new StringBuilder("Nothing that was varied removes it: ");
        for (Varied one : factors) {
            text.append(text.charAt(text.length() - 2) == ':' ? "" : ", ")
                    .append(one.name())
                    .append(' ')
                    .append(percent(removed(asRun, one.strengths())));
        }
        return text.append('.').toString();
    }

    /** To whole ones, of which none is −0. */
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", Math.rint(100 * share) + 0.0);
    }
}
