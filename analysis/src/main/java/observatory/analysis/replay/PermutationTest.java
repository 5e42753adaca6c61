package observatory.analysis.replay;

import java.util.Arrays;

/**
 * The exact one-sided permutation test of two small groups: the share of all ways to split the pooled numbers in which
 * the first group's mean exceeds the second's by at least as much as it does here (Fisher 1935; Phipson and Smyth 2010
 * on why it is never 0).
 */
final class PermutationTest {
    private static final int LARGEST = 20;
    private static final double TIE = 1e-12;

    private PermutationTest() {}

    /** @return between 1 / (ways to split) and 1 */
    static double greater(double[] first, double[] second) {
        int n = first.length + second.length;
        if (first.length == 0 || second.length == 0 || n > LARGEST) {
            throw new IllegalArgumentException("an exact test takes two groups of at most " + LARGEST
                    + " numbers together: groups of " + first.length + " and " + second.length);
        }
        double[] pool = Arrays.copyOf(first, n);
        System.arraycopy(second, 0, pool, first.length, second.length);
        double seen = Arrays.stream(first).sum();
        double slack = TIE * (1 + Arrays.stream(pool).map(Math::abs).sum());
        long ways = 0;
        long extreme = 0;
        for (int chosen = 0; chosen < 1 << n; chosen++) {
            if (Integer.bitCount(chosen) == first.length) {
                double sum = 0;
                for (int i = 0; i < n; i++) {
                    sum += (chosen >> i & 1) == 1 ? pool[i] : 0;
                }
                ways++;
                extreme += sum >= seen - slack ? 1 : 0;
            }
        }
        return (double) extreme / ways;
    }
}
