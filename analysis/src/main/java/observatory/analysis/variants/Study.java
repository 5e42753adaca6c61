package observatory.analysis.variants;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Variants of a model, each trained at the same rates with the same seeds. Only seeds of which every run is done count,
 * so that all variants are compared on the same batches.
 *
 * @param variants by name, the baseline first
 * @param rates peaks of the learning rate, ascending
 * @param seeds those that count
 */
public record Study(List<String> variants, double[] rates, long[] seeds, Map<Place, Outcome> outcomes) {
    private static final double LEVEL = 0.05;

    /** Where a run stands in the study. */
    public record Place(String variant, double rate, long seed) {}

    /** Of the seeds that were asked for, those that are complete. */
    public static Study of(List<String> variants, double[] rates, long[] seeds, Map<Place, Outcome> outcomes) {
        long[] complete = LongStream.of(seeds)
                .filter(seed -> variants.stream()
                        .allMatch(variant -> Arrays.stream(rates)
                                .allMatch(rate -> outcomes.containsKey(new Place(variant, rate, seed)))))
                .toArray();
        return new Study(List.copyOf(variants), rates, complete, Map.copyOf(outcomes));
    }

    public String baseline() {
        return variants.getFirst();
    }

    /** All variants but the baseline. */
    public List<String> others() {
        return variants.subList(1, variants.size());
    }

    /** One value for each seed. */
    public double[] values(String variant, Measure measure) {
        return LongStream.of(seeds)
                .mapToDouble(seed -> measure.of(Arrays.stream(rates)
                        .mapToObj(rate -> outcomes.get(new Place(variant, rate, seed)))
                        .toList()))
                .toArray();
    }

    public Estimate estimate(String variant, Measure measure) {
        return Estimate.of(values(variant, measure)).fromZero();
    }

    /** Every other variant against the baseline, in their order; probabilities by Holm's adjustment over all of them. */
    public List<Paired> comparisons(Measure measure) {
        List<Paired> alone = others().stream()
                .map(variant -> Paired.of(values(variant, measure), values(baseline(), measure)))
                .toList();
        double[] adjusted =
                Holm.adjusted(alone.stream().mapToDouble(Paired::probability).toArray());
        return IntStream.range(0, alone.size())
                .mapToObj(i -> alone.get(i).adjusted(adjusted[i]))
                .toList();
    }

    /** What a comparison says, for people who would act on it. */
    public enum Finding {
        LESS,
        MORE,
        /** There is a difference, but a smaller one than between seeds of the baseline. */
        SMALL,
        NONE
    }

    /** @param comparison of another variant by this measure, adjusted */
    public Finding finding(Measure measure, Paired comparison) {
        if (comparison.probability() >= LEVEL) {
            return Finding.NONE;
        }
        double mean = comparison.difference().mean();
        if (Math.abs(mean) < estimate(baseline(), measure).spread()) {
            return Finding.SMALL;
        }
        return mean < 0 ? Finding.LESS : Finding.MORE;
    }

    /** The runs of a variant at a rate, one for each seed. */
    public Stream<Outcome> at(String variant, double rate) {
        return LongStream.of(seeds).mapToObj(seed -> outcomes.get(new Place(variant, rate, seed)));
    }

    /** All runs of a variant. */
    public Stream<Outcome> of(String variant) {
        return Arrays.stream(rates).boxed().flatMap(rate -> at(variant, rate));
    }

    /** The rate with the lowest mean loss. */
    public double bestRate(String variant) {
        double best = rates[0];
        for (double rate : rates) {
            best = meanLoss(variant, rate) < meanLoss(variant, best) ? rate : best;
        }
        return best;
    }

    private double meanLoss(String variant, double rate) {
        double mean =
                at(variant, rate).mapToDouble(Outcome::finalLoss).average().orElse(Double.NaN);
        return Double.isNaN(mean) ? Double.POSITIVE_INFINITY : mean;
    }
}
