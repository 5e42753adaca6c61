package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import observatory.probe.Reduction;
import observatory.probe.Tail;

/** How many elements are larger in magnitude than a threshold: as bits, whose order as integers is that of magnitudes. */
final class TensorTail {
    private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_256;
    private static final int INFINITE = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    private TensorTail() {}

    static Tail of(Tensor tensor, float threshold) {
        return tensor.measured(new Reduction.ToTail(threshold))
                .orElseGet(() -> of(tensor, 0, tensor.size(), threshold));
    }

    /** Of parts that make up a tensor. */
    static Tail together(Tail[] parts) {
        long finite = 0;
        long above = 0;
        for (Tail part : parts) {
            finite += part.finite();
            above += part.above();
        }
        return new Tail(finite, above);
    }

    /** Of the elements from (inclusive) to (exclusive). */
    static Tail of(Tensor tensor, long from, long to, float threshold) {
        // Nothing finite is above an infinite threshold, and nothing at all is above NaN.
        int limit =
                threshold < Float.POSITIVE_INFINITY ? Float.floatToRawIntBits(Math.max(0, threshold)) : INFINITE - 1;
        MemorySegment data = tensor.data();
        long whole = to - (to - from) % LANES.length();
        long broken = 0;
        long above = 0;
        for (long i = from; i < whole; i += LANES.length()) {
            IntVector magnitudes = IntVector.fromMemorySegment(LANES, data, i * Integer.BYTES, ByteOrder.nativeOrder())
                    .and(Integer.MAX_VALUE);
            broken += magnitudes.compare(VectorOperators.GE, INFINITE).trueCount();
            above += magnitudes.compare(VectorOperators.GT, limit).trueCount();
        }
        for (long i = whole; i < to; i++) {
            int magnitude = data.getAtIndex(JAVA_INT, i) & Integer.MAX_VALUE;
            broken += magnitude >= INFINITE ? 1 : 0;
            above += magnitude > limit ? 1 : 0;
        }
        return new Tail(to - from - broken, above - broken);
    }
}
