package observatory.probe.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import observatory.probe.BatchProbe;
import observatory.probe.RunSketch;
import observatory.probe.Schedule;
import observatory.probe.Tokens;
import org.junit.jupiter.api.Test;

class BatchProbesTest {
    private static final Schedule ALWAYS = Schedule.everyStep();
    private final RunSketch seen = new RunSketch(1 << 20);
    private final SplittableRandom random = new SplittableRandom(11);

    @Test
    void entropyOfKnownFrequencies() {
        // 7 of 10, 2 of 10, 1 of 10: the golden value for (.7, .2, .1).
        Map<String, List<Double>> said =
                said(new TokenEntropy(ALWAYS), new Tokens(new int[] {5, 5, 5, 9, 5, 5, 1, 9, 5, 5}, 1));
        assertEquals(0.8018185525433372, said.get("token_entropy").getFirst(), 1e-15);
        assertEquals(0.3, said.get("distinct_fraction").getFirst(), 1e-15);
        assertEquals(10, said.get("length").getFirst());
    }

    @Test
    void periodsAreFoundAsBruteForceFindsThem() {
        for (int round = 0; round < 200; round++) {
            int length = 20 + random.nextInt(80);
            int[] ids = random.ints(length, 0, 3).toArray();
            int period = 1 + random.nextInt(15);
            int from = random.nextInt(length / 2);
            for (int t = from + period; t < Math.min(length, from + period * (2 + random.nextInt(40))); t++) {
                ids[t] = ids[t - period];
            }
            Tokens tokens = new Tokens(ids, 1);
            assertEquals(
                    bruteForce(ids),
                    said(new PeriodicRepeats(ALWAYS), tokens)
                            .get("periodic_repeats")
                            .getFirst(),
                    () -> Arrays.toString(ids));
        }
    }

    @Test
    void nearDuplicatesHaveTheJaccardSimilarityOfTheirGrams() {
        int length = 256;
        int[] first = random.ints(length, 0, 1_000).toArray();
        int[] second = first.clone();
        for (int t = 128; t < length; t++) {
            second[t] = 1_000 + t;
        }
        int[] third = random.ints(length, 2_000, 3_000).toArray();
        int[] ids = new int[3 * length];
        System.arraycopy(first, 0, ids, 0, length);
        System.arraycopy(second, 0, ids, length, length);
        System.arraycopy(third, 0, ids, 2 * length, length);
        List<Double> nearest =
                said(new NearDuplicates(ALWAYS), new Tokens(ids, 3)).get("near_duplicate");
        double exact = jaccard(grams(first), grams(second));
        assertTrue(exact > 0.3 && exact < 0.4, "exact=" + exact);
        assertEquals(exact, nearest.get(0), 4 * Math.sqrt(exact * (1 - exact) / 64));
        assertEquals(nearest.get(0), nearest.get(1));
        assertEquals(0, nearest.get(2));
    }

    @Test
    void minHashIsUnbiased() {
        double sum = 0;
        double exact = 0;
        int rounds = 200;
        for (int round = 0; round < rounds; round++) {
            int[] ids = random.ints(120, 0, 100_000).toArray();
            System.arraycopy(ids, 0, ids, 60, 40);
            exact += jaccard(grams(Arrays.copyOf(ids, 60)), grams(Arrays.copyOfRange(ids, 60, 120)));
            sum += said(new NearDuplicates(ALWAYS), new Tokens(ids, 2))
                    .get("near_duplicate")
                    .getFirst();
        }
        assertEquals(exact / rounds, sum / rounds, 4 * 0.0625 / Math.sqrt(rounds));
    }

    @Test
    void whatWasTrainedOnBeforeIsKnownWhereverItBegins() {
        int[] text = random.ints(200, 0, 50_000).toArray();
        assertEquals(0, fraction(text, 0, 100));
        assertEquals(
                1,
                said(new RunRepetition(ALWAYS), part(text, 0, 100))
                        .get("seen_before")
                        .getFirst());
        assertEquals(1, fraction(text, 7, 90), "the same text, cut elsewhere");
        double half = fraction(text, 50, 150);
        assertTrue(half > 0.1 && half < 0.9, "half of it is new: " + half);
        assertEquals(
                0,
                said(new RunRepetition(ALWAYS), part(text, 50, 151))
                        .get("seen_before")
                        .getFirst());
    }

    @Test
    void rollingHashesAreThoseOfEachRunByItself() {
        Tokens tokens = new Tokens(random.ints(120, 0, 50_000).toArray(), 3);
        for (int length : new int[] {1, 2, 13, 40}) {
            for (int sequence = 0; sequence < 3; sequence++) {
                List<Long> rolled = new ArrayList<>();
                TokenHash.rolling(tokens, sequence, length, rolled::add);
                List<Long> each = new ArrayList<>();
                for (int t = 0; t + length <= 40; t++) {
                    each.add(TokenHash.of(tokens, sequence, t, t + length));
                }
                assertEquals(each, rolled, "length " + length);
            }
        }
    }

    private double fraction(int[] text, int from, int to) {
        return said(new RunRepetition(ALWAYS), part(text, from, to))
                .get("ngram_seen_fraction")
                .getFirst();
    }

    private static Tokens part(int[] text, int from, int to) {
        return new Tokens(Arrays.copyOfRange(text, from, to), 1);
    }

    private static double bruteForce(int[] ids) {
        int most = 1;
        for (int period = 1; period <= 13; period++) {
            for (int from = 0; from + period <= ids.length; from++) {
                int repeats = 1;
                while (from + (repeats + 1) * period <= ids.length
                        && same(ids, from, from + repeats * period, period)) {
                    repeats++;
                }
                most = Math.max(most, repeats);
            }
        }
        return most;
    }

    private static boolean same(int[] ids, int a, int b, int length) {
        return Arrays.equals(ids, a, a + length, ids, b, b + length);
    }

    private static Set<List<Integer>> grams(int[] ids) {
        Set<List<Integer>> grams = new HashSet<>();
        for (int t = 0; t + 5 <= ids.length; t++) {
            grams.add(Arrays.stream(ids, t, t + 5).boxed().toList());
        }
        return grams;
    }

    private static double jaccard(Set<List<Integer>> a, Set<List<Integer>> b) {
        Set<List<Integer>> both = new HashSet<>(a);
        both.retainAll(b);
        return (double) both.size() / (a.size() + b.size() - both.size());
    }

    private Map<String, List<Double>> said(BatchProbe probe, Tokens tokens) {
        Map<String, List<Double>> said = new TreeMap<>();
        probe.read(
                tokens,
                seen,
                (sequence, metric, value) ->
                        said.computeIfAbsent(metric, m -> new ArrayList<>()).add(value));
        return said;
    }
}
