package observatory.analysis.variants;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What probabilities of error are worth when there are several: after the adjustment, to call everything below 5 % a
 * difference is wrong in any of them with 5 % at most (Holm 1979, Scand. J. Statist. 6, 65).
 */
public final class Holm {
    private Holm() {}

    /** Adjusted probabilities, in the order of those given. */
    public static double[] adjusted(double... probabilities) {
        int count = probabilities.length;
        List<Integer> order = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> probabilities[i]))
                .toList();
        double[] adjusted = new double[count];
        double least = 0;
        for (int rank = 0; rank < count; rank++) {
            int at = order.get(rank);
            least = Math.max(least, Math.min(1, (count - rank) * probabilities[at]));
            adjusted[at] = least;
        }
        return adjusted;
    }
}
