package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import observatory.probe.Tail;

/** How many elements are larger in magnitude than a threshold: as bits, whose order as integers is that of magnitudes. */
final class TensorTail {
    private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_256;
    private static final int INFINITE = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    private TensorTail() {}

    static Tail of(Tensor tensor, float threshold) {
        // Nothing finite is above an infinite threshold, and nothing at all is above NaN.
        int limit =
                threshold < Float.POSITIVE_INFINITY ? Float.floatToRawIntBits(Math.max(0, threshold)) : INFINITE - 1;
        MemorySegment data = tensor.data();
        long size = tensor.size();
        long whole = size - size % LANES.length();
        long broken = 0;
        long above = 0;
        for (long i = 0; i < whole; i += LANES.length()) {
            IntVector magnitudes = IntVector.fromMemorySegment(LANES, data, i * Integer.BYTES, ByteOrder.nativeOrder())
                    .and(Integer.MAX_VALUE);
            broken += magnitudes.compare(VectorOperators.GE, INFINITE).trueCount();
            above += magnitudes.compare(VectorOperators.GT, limit).trueCount();
        }
        for (long i = whole; i < size; i++) {
            int magnitude = data.getAtIndex(JAVA_INT, i) & Integer.MAX_VALUE;
            broken += magnitude >= INFINITE ? 1 : 0;
            above += magnitude > limit ? 1 : 0;
        }
        return new Tail(size - broken, above - broken);
    }
}
