package observatory.probe;

import java.util.Arrays;

/** The plain reducer over arrays on the host, in double: all that a trainer written against this module needs. */
public final class HostReducer implements Reducer<float[]> {
    private Object[] results = new Object[64];

    @Override
    public void enqueue(int slot, Reduction<?> reduction, float[] tensor, float[] other) {
        if (slot >= results.length) {
            results = Arrays.copyOf(results, 2 * slot);
        }
        results[slot] = switch (reduction) {
            case Reduction.ToMoments _ -> moments(tensor);
            case Reduction.ToNorms _ ->
                new Norms(moments(tensor).norm(), moments(other).norm());
        };
    }

    @Override
    public void flush() {
        // Nothing is pending: every reduction was done where it was asked for.
    }

    @Override
    public Object result(int slot) {
        return results[slot];
    }

    private static Moments moments(float[] tensor) {
        double sum = 0;
        double squares = 0;
        double absMax = 0;
        long nan = 0;
        long infinite = 0;
        for (float value : tensor) {
            if (Float.isNaN(value)) {
                nan++;
            } else if (Float.isInfinite(value)) {
                infinite++;
            } else {
                sum += value;
                squares += (double) value * value;
                absMax = Math.max(absMax, Math.abs(value));
            }
        }
        return new Moments(tensor.length, sum, squares, absMax, nan, infinite);
    }
}
