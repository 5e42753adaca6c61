package observatory.analysis.variants;

import java.util.List;
import java.util.Locale;

/** What variants are compared by; of all of them less is better. */
public enum Measure {
    SENSITIVITY("sensitivity", "learning-rate sensitivity", 3, "lower", "higher"),
    MEAN_LOSS("meanLoss", "loss over all rates", 3, "lower", "higher"),
    INCIDENTS("incidentsPer1000Steps", "incidents per 1,000 steps", 1, "fewer", "more"),
    BEST_LOSS("bestLoss", "loss at the best rate", 3, "lower", "higher");

    private final String label;
    private final String words;
    private final int decimals;
    private final String less;
    private final String more;

    Measure(String label, String words, int decimals, String less, String more) {
        this.label = label;
        this.words = words;
        this.decimals = decimals;
        this.less = less;
        this.more = more;
    }

    /** In JSON. */
    String label() {
        return label;
    }

    /** At the beginning of a sentence. */
    String title() {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /** {@code 0.312 [0.260, 0.364]}. */
    String interval(Estimate estimate) {
        return interval(estimate, "%." + decimals + "f");
    }

    /** The same of a difference: {@code +0.012 [-0.004, +0.028]}. */
    String signed(Estimate difference) {
        return interval(difference, "%+." + decimals + "f");
    }

    private static String interval(Estimate estimate, String number) {
        return Double.isNaN(estimate.low())
                ? String.format(Locale.ROOT, number, estimate.mean())
                : String.format(
                        Locale.ROOT,
                        number + " [" + number + ", " + number + "]",
                        estimate.mean(),
                        estimate.low(),
                        estimate.high());
    }

    /** What it is with a variant that has less of it. */
    String less() {
        return less;
    }

    String more() {
        return more;
    }

    /** One seed's value of a variant: over all rates, in their order. */
    double of(List<Outcome> rates) {
        double initial = rates.getFirst().initialLoss();
        double[] losses = rates.stream().mapToDouble(Outcome::finalLoss).toArray();
        return switch (this) {
            case SENSITIVITY -> Sensitivity.of(losses, initial);
            case MEAN_LOSS -> Sensitivity.mean(losses, initial);
            case BEST_LOSS -> Sensitivity.best(losses, initial);
            case INCIDENTS ->
                1000.0
                        * rates.stream().mapToInt(Outcome::begun).sum()
                        / rates.stream().mapToLong(Outcome::steps).sum();
        };
    }
}
