package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import observatory.probe.Moments;

/**
 * Moments of a tensor in one read. Blocks of 8,192 elements are summed in float, in 32 lanes that are added by a fixed
 * tree, and added in double, in order; only a block whose sum of squares is not finite is read again, element by element,
 * to count what is not.
 */
final class TensorMoments {
    static final int BLOCK = 8192;
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_256;
    private static final VectorSpecies<Integer> BITS = IntVector.SPECIES_256;
    /** Vectors at a time: as many additions in flight as one of them takes cycles. */
    private static final int STRIDE = 4 * 8;

    private double sum;
    private double squares;
    private float absMax;
    private long nan;
    private long infinite;

    private TensorMoments() {}

    static Moments of(Tensor tensor) {
        return tensor.measured(Measuring.MOMENTS).orElseGet(() -> of(tensor, 0, tensor.size()));
    }

    /** Of the elements from (inclusive) to (exclusive). */
    static Moments of(Tensor tensor, long from, long to) {
        TensorMoments moments = new TensorMoments();
        for (long at = from; at < to; at += BLOCK) {
            moments.block(tensor, at, (int) Math.min(BLOCK, to - at));
        }
        return new Moments(to - from, moments.sum, moments.squares, moments.absMax, moments.nan, moments.infinite);
    }

    /** Of parts that lie one after the other. */
    static Moments together(Moments[] parts) {
        long count = 0;
        TensorMoments all = new TensorMoments();
        for (Moments part : parts) {
            count += part.count();
            all.sum += part.sum();
            all.squares += part.sumOfSquares();
            all.absMax = Math.max(all.absMax, (float) part.absMax());
            all.nan += part.nan();
            all.infinite += part.infinite();
        }
        return new Moments(count, all.sum, all.squares, all.absMax, all.nan, all.infinite);
    }

    private void block(Tensor tensor, long from, int count) {
        MemorySegment data = tensor.data();
        FloatVector sum0 = FloatVector.zero(LANES);
        FloatVector sum1 = FloatVector.zero(LANES);
        FloatVector sum2 = FloatVector.zero(LANES);
        FloatVector sum3 = FloatVector.zero(LANES);
        FloatVector square0 = FloatVector.zero(LANES);
        FloatVector square1 = FloatVector.zero(LANES);
        FloatVector square2 = FloatVector.zero(LANES);
        FloatVector square3 = FloatVector.zero(LANES);
        IntVector max0 = IntVector.zero(BITS);
        IntVector max1 = IntVector.zero(BITS);
        IntVector max2 = IntVector.zero(BITS);
        IntVector max3 = IntVector.zero(BITS);
        int whole = count - count % STRIDE;
        for (int i = 0; i < whole; i += STRIDE) {
            FloatVector x0 = at(data, from + i);
            FloatVector x1 = at(data, from + i + 8);
            FloatVector x2 = at(data, from + i + 16);
            FloatVector x3 = at(data, from + i + 24);
            sum0 = sum0.add(x0);
            sum1 = sum1.add(x1);
            sum2 = sum2.add(x2);
            sum3 = sum3.add(x3);
            square0 = x0.fma(x0, square0);
            square1 = x1.fma(x1, square1);
            square2 = x2.fma(x2, square2);
            square3 = x3.fma(x3, square3);
            max0 = max0.max(magnitude(x0));
            max1 = max1.max(magnitude(x1));
            max2 = max2.max(magnitude(x2));
            max3 = max3.max(magnitude(x3));
        }
        FloatVector square = square0.add(square1).add(square2.add(square3));
        double blockSquares = Vectors.lanes(square);
        if (!(blockSquares <= Float.MAX_VALUE)) {
            oneByOne(tensor, from, from + count);
            return;
        }
        squares += blockSquares;
        sum += Vectors.lanes(sum0.add(sum1).add(sum2.add(sum3)));
        int max = max0.max(max1).max(max2.max(max3)).reduceLanes(VectorOperators.MAX);
        absMax = Math.max(absMax, Float.intBitsToFloat(max));
        oneByOne(tensor, from + whole, from + count);
    }

    private void oneByOne(Tensor tensor, long from, long to) {
        for (long i = from; i < to; i++) {
            float value = tensor.data().getAtIndex(JAVA_FLOAT, i);
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

    private static FloatVector at(MemorySegment data, long index) {
        return FloatVector.fromMemorySegment(LANES, data, index * Float.BYTES, ByteOrder.nativeOrder());
    }

    /**
     * As bits, whose order as integers is that of the magnitudes: the maximum of floats, with its rules about NaN and zero,
     * takes three times as long as all the rest.
     */
    private static IntVector magnitude(FloatVector vector) {
        return vector.reinterpretAsInts().and(Integer.MAX_VALUE);
    }
}
