package observatory.analysis.variants;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import observatory.analysis.variants.Study.Finding;
import observatory.analysis.variants.Study.Place;
import org.junit.jupiter.api.Test;

class StudyTest {
    private static final double[] RATES = {0.01, 0.1, 1};
    private static final long[] SEEDS = LongStream.rangeClosed(1, 6).toArray();

    private static Outcome outcome(double loss, int incidents) {
        return new Outcome(100, 5.5, loss, loss, new TreeMap<>(Map.of("loss_spike", incidents)), 0, 10, 1, 20);
    }

    /** A baseline whose loss rises by about 1 nat a rate, and variants that add to that slope. */
    private static Study study(Map<String, ToDoubleFunction<Long>> slopes) {
        Map<Place, Outcome> outcomes = new HashMap<>();
        List<String> names = slopes.keySet().stream().toList();
        slopes.forEach((variant, slope) -> {
            for (long seed : SEEDS) {
                double common = 0.1 * (seed % 3);
                for (int i = 0; i < RATES.length; i++) {
                    outcomes.put(
                            new Place(variant, RATES[i], seed),
                            outcome(2 + common + i * (1 + common + slope.applyAsDouble(seed)), i));
                }
            }
        });
        return Study.of(names, RATES, SEEDS, outcomes);
    }

    private static Study four() {
        Map<String, ToDoubleFunction<Long>> slopes = new LinkedHashMap<>();
        slopes.put("baseline", seed -> 0);
        slopes.put("steeper", seed -> 0.4 + 0.01 * (seed % 2));
        slopes.put("a little", seed -> 0.02 + 0.001 * (seed % 2));
        slopes.put("other", seed -> 0.3 * (seed % 2 == 0 ? 1 : -1));
        return study(slopes);
    }

    @Test
    void aDifferenceIsOneWhereItIsLargerThanThatOfSeeds() {
        Study study = four();
        List<Paired> comparisons = study.comparisons(Measure.SENSITIVITY);
        assertEquals(0.405, comparisons.getFirst().difference().mean(), 1e-12, "the mean over rates of i * slope");
        assertEquals(
                List.of(Finding.MORE, Finding.SMALL, Finding.NONE),
                IntStream.range(0, 3)
                        .mapToObj(i -> study.finding(Measure.SENSITIVITY, comparisons.get(i)))
                        .toList());
        assertEquals(
                Collections.nCopies(3, Finding.NONE),
                study.comparisons(Measure.BEST_LOSS).stream()
                        .map(one -> study.finding(Measure.BEST_LOSS, one))
                        .toList(),
                "at the lowest rate all are the same");
        assertEquals(10, study.estimate("steeper", Measure.INCIDENTS).mean(), 1e-12, "3 incidents of 300 steps");
        assertEquals(0.01, study.bestRate("steeper"));
    }

    @Test
    void onlyWholeSeedsCount() {
        Study whole = four();
        Map<Place, Outcome> some = new HashMap<>(whole.outcomes());
        some.remove(new Place("other", 0.1, 4));
        Study study = Study.of(whole.variants(), RATES, SEEDS, some);
        assertArrayEquals(new long[] {1, 2, 3, 5, 6}, study.seeds());
        assertEquals(5, study.values("baseline", Measure.SENSITIVITY).length);
        assertTrue(VariantsPage.of(Study.of(whole.variants(), RATES, SEEDS, Map.of()), "")
                .contains("No seed is complete"));
    }

    @Test
    void thePageBeginsWithWhatItSays() {
        String page = VariantsPage.of(four(), "Made up.");
        String first =
                page.lines().filter(line -> line.startsWith("- ")).findFirst().orElseThrow();
        assertTrue(
                first.startsWith(
                        "- Learning-rate sensitivity, of the baseline 1.100 [1.006, 1.194]: higher with steeper"
                                + " (1.505 ["),
                first);
        assertTrue(first.contains("changed by less than seeds change it with a little ("), first);
        assertTrue(first.endsWith("no difference found with other."), first);
        assertTrue(page.contains("| steeper | 2.100 ± 0.089 | 3.605 ± "), page);
        assertTrue(!page.contains("left out because"), "no run skipped a step");
    }

    @Test
    void lessStableIsWhatIsWorseOverAllRatesToo() {
        Map<Place, Outcome> outcomes = new HashMap<>();
        Map<String, double[]> losses = new LinkedHashMap<>();
        losses.put("baseline", new double[] {2.5, 3, 3.5});
        losses.put("breaks", new double[] {2.5, 3, 5});
        losses.put("learns", new double[] {1.5, 3, 3.5});
        losses.put("never learns", new double[] {3.4, 3.4, 3.5});
        losses.put("lasts", new double[] {2.5, 2.5, 2.5});
        losses.forEach((variant, byRate) -> {
            for (long seed : SEEDS) {
                double noise = 0.01 * (seed % 3) + (variant.equals("baseline") ? 0 : 0.001 * (seed % 2));
                for (int i = 0; i < RATES.length; i++) {
                    outcomes.put(new Place(variant, RATES[i], seed), outcome(byRate[i] + noise * (1 + i), 0));
                }
            }
        });
        String page = VariantsPage.of(Study.of(List.copyOf(losses.keySet()), RATES, SEEDS, outcomes), "");
        assertTrue(
                page.contains("less stable: breaks; no less stable, though more sensitive to the rate: learns; no more"
                        + " stable, though less sensitive to the rate: never learns; more stable: lasts."),
                page);
        assertTrue(
                page.contains(
                        "The best rate of baseline, breaks, learns, never learns, lasts is the lowest that was tried,"
                                + " 0.01"),
                page);
    }

    @Test
    void aRunThatBrokeIsWrittenAsOne() {
        Study study = study(new TreeMap<>(Map.of("baseline", seed -> 0, "broken", seed -> Double.NaN)));
        assertTrue(VariantsPage.of(study, "").contains("| broken | NaN"), VariantsPage.of(study, ""));
        assertEquals(
                "NaN",
                VariantsJson.of(study, "").at("/runs").findValuesAsText("finalLoss").stream()
                        .filter(loss -> loss.equals("NaN"))
                        .findFirst()
                        .orElseThrow());
    }
}
