package observatory.trainer.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector loops with the same bits on every machine, warm or cold: exponentials are polynomials of fma, mul and add, and
 * sums go through sixteen lanes that are added by a fixed tree, however wide the vectors are, and then take what is left
 * over in order.
 */
final class Vectors {
    /** For element-wise work: as wide as the machine has them. Width does not change the bits there. */
    static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_PREFERRED;
    /** For sums: two of these are the sixteen lanes. */
    private static final VectorSpecies<Float> HALF = FloatVector.SPECIES_256;

    private static final int LANES = 16;
    private static final int ONE = Float.floatToRawIntBits(1f);

    private Vectors() {}

    /** Loads one vector at an element, or its lanes in a mask and zeros beyond. */
    static FloatVector load(MemorySegment data, long at, VectorMask<Float> mask) {
        return mask == null
                ? FloatVector.fromMemorySegment(WIDE, data, at * Float.BYTES, ByteOrder.nativeOrder())
                : FloatVector.fromMemorySegment(WIDE, data, at * Float.BYTES, ByteOrder.nativeOrder(), mask);
    }

    /** Loads one whole vector. */
    static FloatVector load(MemorySegment data, long at) {
        return FloatVector.fromMemorySegment(WIDE, data, at * Float.BYTES, ByteOrder.nativeOrder());
    }

    static void store(FloatVector vector, MemorySegment data, long at) {
        vector.intoMemorySegment(data, at * Float.BYTES, ByteOrder.nativeOrder());
    }

    /** The end of the last whole vector of a run of elements. */
    static long wholeEnd(long from, long to) {
        return to - (to - from) % WIDE.length();
    }

    /** The first so many lanes of a vector. */
    static VectorMask<Float> first(long lanes) {
        return WIDE.indexInRange(0, lanes);
    }

    static void store(FloatVector vector, MemorySegment data, long at, VectorMask<Float> mask) {
        if (mask == null) {
            vector.intoMemorySegment(data, at * Float.BYTES, ByteOrder.nativeOrder());
        } else {
            vector.intoMemorySegment(data, at * Float.BYTES, ByteOrder.nativeOrder(), mask);
        }
    }

    /**
     * The lanes of a vector at {@code at} that lie before {@code to}; null where all of them do, because a loop over
     * whole vectors without masks takes a fifth of the time of one with full masks.
     */
    static VectorMask<Float> within(long at, long to) {
        return to - at >= WIDE.length() ? null : WIDE.indexInRange(at, to);
    }

    /** The end of the last whole vector that begins before {@code count}, but no more than {@code limit}. */
    static int whole(int count, int limit) {
        int length = WIDE.length();
        return Math.min((count + length - 1) / length * length, limit);
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
        float sum = tree(low.add(high));
        for (; i < count; i++) {
            sum += element(data, from + i);
        }
        return sum;
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
        float sum = tree(low.add(high));
        for (; i < count; i++) {
            sum = Math.fma(element(a, fromA + i), element(b, fromB + i), sum);
        }
        return sum;
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
     * Puts e to the (x - max) of a run of elements into another, which may be the same. Loops of their own, and masks only
     * for what is left over: in longer ones the compiler keeps vectors on the heap.
     */
    static void exponentials(MemorySegment in, long from, float max, MemorySegment out, long at, int count) {
        int whole = (int) wholeEnd(0, count);
        for (int i = 0; i < whole; i += WIDE.length()) {
            store(exp(load(in, from + i).sub(max)), out, at + i);
        }
        if (whole < count) {
            VectorMask<Float> mask = first(count - whole);
            store(exp(load(in, from + whole, mask).sub(max)), out, at + whole, mask);
        }
    }

    /** Puts a run of elements times a factor into another, which may be the same. */
    static void scaled(MemorySegment in, long from, float factor, MemorySegment out, long at, int count) {
        int whole = (int) wholeEnd(0, count);
        for (int i = 0; i < whole; i += WIDE.length()) {
            store(load(in, from + i).mul(factor), out, at + i);
        }
        if (whole < count) {
            VectorMask<Float> mask = first(count - whole);
            store(load(in, from + whole, mask).mul(factor), out, at + whole, mask);
        }
    }

    /**
     * e to the x, to about one unit in the last place, between -87.3 and 88.3 and held constant beyond; NaN stays NaN.
     * Cody and Waite's reduction and the degree-6 minimax polynomial of Cephes' expf.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector held = x.max(-87.3f).min(88.3f);
        // Added to 1.5 · 2^23, a number has its integer part in the lowest bits.
        FloatVector shifted = held.fma(broadcast(1.44269504f), broadcast(12582912f));
        FloatVector n = shifted.sub(12582912f);
        FloatVector r = n.fma(broadcast(-0.693359375f), held);
        r = n.fma(broadcast(2.12194440e-4f), r);
        FloatVector p = r.fma(broadcast(1.9875691500e-4f), broadcast(1.3981999507e-3f));
        p = p.fma(r, broadcast(8.3334519073e-3f));
        p = p.fma(r, broadcast(4.1665795894e-2f));
        p = p.fma(r, broadcast(1.6666665459e-1f));
        p = p.fma(r, broadcast(5.0000001201e-1f));
        FloatVector y = p.fma(r.mul(r), r).add(1f);
        // Those bits shifted into the exponent, which counts from 127, are 2 to the n.
        FloatVector power = shifted.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(ONE)
                .reinterpretAsFloats();
        return y.mul(power);
    }

    /**
     * Sum of all lanes in double, in their order. What the library calls a sum of lanes has no defined order, and comes out
     * with other bits once it is compiled.
     */
    static double lanes(FloatVector vector) {
        double sum = 0;
        for (int lane = 0; lane < vector.length(); lane++) {
            sum += vector.lane(lane);
        }
        return sum;
    }

    /** The same of lanes that lie in an array, from one on. */
    static double lanes(float[] lanes, int from, int count) {
        double sum = 0;
        for (int lane = from; lane < from + count; lane++) {
            sum += lanes[lane];
        }
        return sum;
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

    /** Lane i with lane i + 4, then i + 2, then i + 1. */
    private static float tree(FloatVector eight) {
        float even = (eight.lane(0) + eight.lane(4)) + (eight.lane(2) + eight.lane(6));
        float odd = (eight.lane(1) + eight.lane(5)) + (eight.lane(3) + eight.lane(7));
        return even + odd;
    }
}
