package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import observatory.probe.Exponents;
import observatory.probe.Reduction.ToExponents;

/** The exponent histogram of a tensor, in eight histograms by turns, because one would wait for its own last count. */
final class TensorExponents {
    private static final int NOT_FINITE = 255;
    private static final int HISTOGRAMS = 8;
    private static final int SIZE = NOT_FINITE + 1;
    private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_256;

    private TensorExponents() {}

    static Exponents of(Tensor tensor, int stride) {
        int[] counts = new int[HISTOGRAMS * SIZE];
        MemorySegment data = tensor.data();
        int zeros = 0;
        long size = tensor.size();
        for (long at = 0; at < size; at += (long) stride * ToExponents.RUN) {
            long to = Math.min(size, at + ToExponents.RUN);
            long whole = to - (to - at) % HISTOGRAMS;
            count(data, at, whole, counts);
            zeros += zeros(data, at, whole);
            for (long i = whole; i < to; i++) {
                int bits = data.getAtIndex(JAVA_INT, i);
                counts[bits >>> 23 & NOT_FINITE]++;
                zeros += bits << 1 == 0 ? 1 : 0;
            }
        }
        long[] bins = new long[SIZE];
        for (int i = 0; i < counts.length; i++) {
            bins[i % SIZE] += counts[i];
        }
        bins[0] -= zeros;
        return new Exponents(zeros, bins[NOT_FINITE], Arrays.copyOf(bins, Exponents.BINS));
    }

    /** Counts a run of eights, two elements at a time; which of two lies in which half does not matter. */
    private static void count(MemorySegment data, long from, long to, int[] counts) {
        for (long at = from * Float.BYTES; at < to * Float.BYTES; at += HISTOGRAMS * Float.BYTES) {
            long a = data.get(JAVA_LONG_UNALIGNED, at);
            long b = data.get(JAVA_LONG_UNALIGNED, at + 8);
            long c = data.get(JAVA_LONG_UNALIGNED, at + 16);
            long d = data.get(JAVA_LONG_UNALIGNED, at + 24);
            counts[(int) (a >>> 23) & NOT_FINITE]++;
            counts[SIZE | (int) (a >>> 55) & NOT_FINITE]++;
            counts[2 * SIZE | (int) (b >>> 23) & NOT_FINITE]++;
            counts[3 * SIZE | (int) (b >>> 55) & NOT_FINITE]++;
            counts[4 * SIZE | (int) (c >>> 23) & NOT_FINITE]++;
            counts[5 * SIZE | (int) (c >>> 55) & NOT_FINITE]++;
            counts[6 * SIZE | (int) (d >>> 23) & NOT_FINITE]++;
            counts[7 * SIZE | (int) (d >>> 55) & NOT_FINITE]++;
        }
    }

    private static int zeros(MemorySegment data, long from, long to) {
        int zeros = 0;
        for (long i = from; i < to; i += LANES.length()) {
            IntVector bits = IntVector.fromMemorySegment(LANES, data, i * Integer.BYTES, ByteOrder.nativeOrder());
            zeros += bits.lanewise(VectorOperators.LSHL, 1)
                    .compare(VectorOperators.EQ, 0)
                    .trueCount();
        }
        return zeros;
    }
}
