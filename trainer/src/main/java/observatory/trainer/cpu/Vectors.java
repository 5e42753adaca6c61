package observatory.trainer.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector loops with the same bits on every machine, warm or cold: exponentials are polynomials of fma, mul and add, and
 * sums go through sixteen lanes that are added by a fixed tree, however wide the vectors are.
 */
final class Vectors {
    /** For element-wise work: as wide as the machine has them. Width does not change the bits there. */
    static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_PREFERRED;
    /** For sums: two of these are the sixteen lanes. */
    private static final VectorSpecies<Float> HALF = FloatVector.SPECIES_256;

    private static final int LANES = 16;

    private Vectors() {}

    /** Loads up to one vector at an element, zeros beyond {@code to}. */
    static FloatVector load(MemorySegment data, long at, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(WIDE, data, at * Float.BYTES, ByteOrder.nativeOrder(), mask);
    }

    static void store(FloatVector vector, MemorySegment data, long at, VectorMask<Float> mask) {
        vector.intoMemorySegment(data, at * Float.BYTES, ByteOrder.nativeOrder(), mask);
    }

    /** The lanes of a vector at {@code at} that lie before {@code to}. */
    static VectorMask<Float> within(long at, long to) {
        return WIDE.indexInRange(at, to);
    }

    /** Sum of a run of elements. */
    static float sum(MemorySegment data, long from, int count) {
        FloatVector low = FloatVector.zero(HALF);
        FloatVector high = FloatVector.zero(HALF);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            low = low.add(half(data, from + i));
            high = high.add(half(data, from + i + 8));
        }
        float[] lanes = lanes(low, high);
        for (; i < count; i++) {
            lanes[i % LANES] += element(data, from + i);
        }
        return tree(lanes);
    }

    /** Sum of the products of two runs of elements. */
    static float dot(MemorySegment a, long fromA, MemorySegment b, long fromB, int count) {
        FloatVector low = FloatVector.zero(HALF);
        FloatVector high = FloatVector.zero(HALF);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            low = half(a, fromA + i).fma(half(b, fromB + i), low);
            high = half(a, fromA + i + 8).fma(half(b, fromB + i + 8), high);
        }
        float[] lanes = lanes(low, high);
        for (; i < count; i++) {
            lanes[i % LANES] = Math.fma(element(a, fromA + i), element(b, fromB + i), lanes[i % LANES]);
        }
        return tree(lanes);
    }

    /** Largest of a run of elements; NaN as soon as one of them is. */
    static float max(MemorySegment data, long from, int count) {
        FloatVector low = FloatVector.broadcast(HALF, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= count - 8; i += 8) {
            low = low.max(half(data, from + i));
        }
        float max = Float.NEGATIVE_INFINITY;
        for (int lane = 0; lane < 8; lane++) {
            max = Math.max(max, low.lane(lane));
        }
        for (; i < count; i++) {
            max = Math.max(max, element(data, from + i));
        }
        return max;
    }

    /**
     * e to the x, to about one unit in the last place, between -87.3 and 88.3 and held constant beyond; NaN stays NaN.
     * Cody and Waite's reduction and the degree-6 minimax polynomial of Cephes' expf.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector held = x.max(-87.3f).min(88.3f);
        FloatVector n = held.fma(broadcast(1.44269504f), broadcast(12582912f)).sub(12582912f);
        FloatVector r = n.fma(broadcast(-0.693359375f), held);
        r = n.fma(broadcast(2.12194440e-4f), r);
        FloatVector p = r.fma(broadcast(1.9875691500e-4f), broadcast(1.3981999507e-3f));
        p = p.fma(r, broadcast(8.3334519073e-3f));
        p = p.fma(r, broadcast(4.1665795894e-2f));
        p = p.fma(r, broadcast(1.6666665459e-1f));
        p = p.fma(r, broadcast(5.0000001201e-1f));
        FloatVector y = p.fma(r.mul(r), r).add(1f);
        IntVector exponent = (IntVector) n.convertShape(VectorOperators.F2I, WIDE.withLanes(int.class), 0);
        return y.mul(exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
    }

    static FloatVector broadcast(float value) {
        return FloatVector.broadcast(WIDE, value);
    }

    private static FloatVector half(MemorySegment data, long at) {
        return FloatVector.fromMemorySegment(HALF, data, at * Float.BYTES, ByteOrder.nativeOrder());
    }

    private static float element(MemorySegment data, long at) {
        return data.getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, at);
    }

    private static float[] lanes(FloatVector low, FloatVector high) {
        float[] lanes = new float[LANES];
        low.intoArray(lanes, 0);
        high.intoArray(lanes, 8);
        return lanes;
    }

    private static float tree(float[] lanes) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }
}
