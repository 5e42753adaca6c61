package observatory.trainer;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;

/**
 * GPT-2's initial weights: normal with deviation 0.02, and what writes into the residual stream divided by √(2 ·
 * layers); gains are one and biases zero. A weight is a function of its place alone, so every backend begins
 * with the same bits.
 */
public final class InitialWeights {
    static final double DEVIATION = 0.02;
    /** Weights that one task makes. */
    private static final long EACH = 1 << 16;

    private final int layers;
    private final long seed;

    public InitialWeights(int layers, long seed) {
        this.layers = layers;
        this.seed = seed;
    }

    /**
     * Sets a parameter's weights, from all cores.
     *
     * @param number of the parameter among all of the model, in the order of the forward pass, from 0
     */
    public void fill(MemorySegment weights, ModelState.Entry parameter, int number) {
        String name = parameter.name();
        if (!parameter.matrix()) {
            float value = name.endsWith(".gain") ? 1 : 0;
            for (int i = 0; i < parameter.columns(); i++) {
                weights.setAtIndex(JAVA_FLOAT, i, value);
            }
            return;
        }
        boolean writesResidual = name.endsWith("attention.out") || name.endsWith("mlp.down");
        double deviation = writesResidual ? DEVIATION / Math.sqrt(2.0 * layers) : DEVIATION;
        long stream = seed + 31L * (number + 1);
        long all = (long) parameter.rows() * parameter.columns();
        LongStream.range(0, (all + EACH - 1) / EACH).parallel().forEach(task -> {
            for (long i = task * EACH; i < Math.min(all, (task + 1) * EACH); i++) {
                weights.setAtIndex(JAVA_FLOAT, i, (float) (deviation * SplitMix.gaussian(stream, i)));
            }
        });
    }
}
