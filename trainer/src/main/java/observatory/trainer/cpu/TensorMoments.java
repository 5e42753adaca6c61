package observatory.trainer.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import observatory.probe.Moments;

/**
 * Moments of a tensor in one read. Blocks of 8,192 elements are summed in float and added in double, in order; only a
 * block whose sum of squares is not finite is read again, element by element, to count what is not.
 */
final class TensorMoments {
    static final int BLOCK = 8192;
    private static final VectorSpecies<Float> HALF = FloatVector.SPECIES_256;

    private TensorMoments() {}

    static Moments of(Tensor tensor) {
        double sum = 0;
        double squares = 0;
        double absMax = 0;
        long nan = 0;
        long infinite = 0;
        for (long at = 0; at < tensor.size(); at += BLOCK) {
            int count = (int) Math.min(BLOCK, tensor.size() - at);
            float blockSquares = Vectors.dot(tensor.data(), at, tensor.data(), at, count);
            if (Float.isFinite(blockSquares)) {
                sum += Vectors.sum(tensor.data(), at, count);
                squares += blockSquares;
                absMax = Math.max(absMax, absMax(tensor.data(), at, count));
                continue;
            }
            for (long i = at; i < at + count; i++) {
                float value = tensor.get(i);
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
        }
        return new Moments(tensor.size(), sum, squares, absMax, nan, infinite);
    }

    private static float absMax(MemorySegment data, long from, int count) {
        FloatVector max = FloatVector.zero(HALF);
        int i = 0;
        for (; i <= count - 8; i += 8) {
            max = max.max(FloatVector.fromMemorySegment(HALF, data, (from + i) * Float.BYTES, ByteOrder.nativeOrder())
                    .abs());
        }
        float largest = 0;
        for (int lane = 0; lane < 8; lane++) {
            largest = Math.max(largest, max.lane(lane));
        }
        for (; i < count; i++) {
            largest = Math.max(largest, Math.abs(data.getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, from + i)));
        }
        return largest;
    }
}
