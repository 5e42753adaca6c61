package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import observatory.probe.Broken;
import observatory.probe.Reduction;

/**
 * What of a tensor is not finite. As integers, magnitudes have the order of their bits, and all that is not finite is as
 * large as infinity or larger; only where something is are elements looked at one by one.
 */
final class TensorBroken {
    private static final Reduction<Broken> BROKEN = new Reduction.ToBroken();
    private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_PREFERRED;
    private static final long STRIDE = 4L * LANES.length();
    private static final int INFINITE = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    private TensorBroken() {}

    static Broken of(Tensor tensor) {
        return tensor.measured(BROKEN).orElseGet(() -> of(tensor, 0, tensor.size()));
    }

    /** Of the elements from (inclusive) to (exclusive). */
    static Broken of(Tensor tensor, long from, long to) {
        long whole = to - (to - from) % STRIDE;
        return oneByOne(tensor.data(), finite(tensor.data(), from, whole) ? whole : from, to);
    }

    /** Of parts that make up a tensor. */
    static Broken together(Broken[] parts) {
        long nan = 0;
        long infinite = 0;
        for (Broken part : parts) {
            nan += part.nan();
            infinite += part.infinite();
        }
        return new Broken(nan, infinite);
    }

    /** Nothing is carried from one round to the next: what is, the compiler now and then keeps on the heap. */
    private static boolean finite(MemorySegment data, long from, long to) {
        for (long i = from; i < to; i += STRIDE) {
            IntVector first = magnitude(data, i).max(magnitude(data, i + LANES.length()));
            IntVector second = magnitude(data, i + 2L * LANES.length()).max(magnitude(data, i + 3L * LANES.length()));
            if (first.max(second).compare(VectorOperators.GE, INFINITE).anyTrue()) {
                return false;
            }
        }
        return true;
    }

    private static IntVector magnitude(MemorySegment data, long at) {
        return IntVector.fromMemorySegment(LANES, data, at * Integer.BYTES, ByteOrder.nativeOrder())
                .and(Integer.MAX_VALUE);
    }

    private static Broken oneByOne(MemorySegment data, long from, long to) {
        long nan = 0;
        long infinite = 0;
        for (long i = from; i < to; i++) {
            float value = data.getAtIndex(JAVA_FLOAT, i);
            if (Float.isNaN(value)) {
                nan++;
            } else if (Float.isInfinite(value)) {
                infinite++;
            }
        }
        return new Broken(nan, infinite);
    }
}
