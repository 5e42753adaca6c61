package observatory.analysis.spectrum;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The control for a spectrum: the same weight with a random sign before each element. Every element, row and column
 * keeps its size, so what uneven sizes alone make of a spectrum is still there, such as the heavy tail of an embedding
 * whose rows were seen unequally often; what training has put into directions is gone.
 */
final class RandomSigns {
    /** More would tell no more: the largest of three bounds a fourth three times in four. */
    private static final int DRAWS = 3;

    /** Brings the largest eigenvalue of noise within a hundredth; of what stands out, far nearer. */
    private static final int STEPS = 40;

    private static final long SEED = 0x516E5;

    private RandomSigns() {}

    /** The largest eigenvalue of the control, the greatest of a few draws. */
    static double largest(Layer layer) {
        return IntStream.rangeClosed(1, DRAWS)
                .mapToDouble(draw -> layer.weights().stream()
                        .mapToDouble(weight -> top(weight.withSigns(draw)))
                        .max()
                        .orElseThrow())
                .max()
                .orElseThrow();
    }

    private static double top(Weight weight) {
        int order = weight.columns().count();
        SplittableRandom random = new SplittableRandom(SEED);
        double[] start = new double[order];
        Arrays.setAll(start, i -> random.nextBoolean() ? 1 / Math.sqrt(order) : -1 / Math.sqrt(order));
        try (Arena arena = Arena.ofConfined()) {
            double[] found = Lanczos.run(
                            new GramOperator(weight, arena), new double[][] {start}, Math.min(STEPS, order))
                    .getFirst()
                    .ritz()
                    .values();
            return found[found.length - 1];
        }
    }
}
