package observatory.analysis.variants;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.inference.TTest;

/**
 * A variant against the baseline, seed by seed: with one seed both see the same batches, so that what they share drops
 * out. Where the variant changes nothing, its differences are symmetric about 0, and Student's test then errs on the
 * cautious side however they are distributed (Efron 1969, JASA 64, 1278).
 *
 * @param difference variant less baseline
 * @param probability two-sided, of a difference as large where there is none; 1 where it cannot be told
 */
public record Paired(Estimate difference, double probability) {

    /** @param variant one value for each seed, in the order of the baseline's */
    public static Paired of(double[] variant, double[] baseline) {
        double[] differences = IntStream.range(0, variant.length)
                .mapToDouble(i -> variant[i] - baseline[i])
                .toArray();
        return new Paired(Estimate.of(differences), probability(differences));
    }

    private static double probability(double[] differences) {
        int n = differences.length;
        if (n < 2 || !Arrays.stream(differences).allMatch(Double::isFinite)) {
            return 1;
        }
        boolean equal = Arrays.stream(differences).allMatch(one -> one == differences[0]);
        if (equal) {
            // Without spread there is no t: counts may agree by chance, and the exact test of their signs says how
            // often.
            return differences[0] == 0 ? 1 : Math.pow(2, 1.0 - n);
        }
        return new TTest().tTest(0, differences);
    }

    /** The same with the probability as it stands among others ({@link Holm}). */
    Paired adjusted(double other) {
        return new Paired(difference, other);
    }
}
