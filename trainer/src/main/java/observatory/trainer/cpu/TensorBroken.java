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
 * large as infinity or larger; only where the largest is that are elements looked at one by one.
 */
final class TensorBroken {
    private static final Reduction<Broken> BROKEN = new Reduction.ToBroken();
    private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_PREFERRED;
    private static final int INFINITE = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    private TensorBroken() {}

    static Broken of(Tensor tensor) {
        return tensor.measured(BROKEN).orElseGet(() -> of(tensor, 0, tensor.size()));
    }

    /** Of the elements from (inclusive) to (exclusive). */
    static Broken of(Tensor tensor, long from, long to) {
        long whole = to - (to - from) % (2L * LANES.length());
        return largest(tensor.data(), from, whole) < INFINITE
                ? oneByOne(tensor.data(), whole, to)
                : oneByOne(tensor.data(), from, to);
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

    /** Two vectors at a time, because one comparison waits for the one before it. */
    private static int largest(MemorySegment data, long from, long to) {
        IntVector first = IntVector.zero(LANES);
        IntVector second = IntVector.zero(LANES);
        for (long i = from; i < to; i += 2L * LANES.length()) {
            first = first.max(magnitude(data, i));
            second = second.max(magnitude(data, i + LANES.length()));
        }
        return first.max(second).reduceLanes(VectorOperators.MAX);
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
