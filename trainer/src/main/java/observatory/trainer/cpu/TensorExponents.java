package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import observatory.probe.Exponents;
import observatory.probe.Reduction.ToExponents;

/** The exponent histogram of a tensor, in four histograms by turns, because one would wait for its own last count. */
final class TensorExponents {
    private static final int BITS = 8;
    private static final int NOT_FINITE = (1 << BITS) - 1;
    private static final int HISTOGRAMS = 4;

    private TensorExponents() {}

    static Exponents of(Tensor tensor, int stride) {
        int[] counts = new int[HISTOGRAMS << BITS];
        MemorySegment data = tensor.data();
        int zeros = 0;
        long size = tensor.size();
        for (long run = 0; run < size; run += (long) stride * ToExponents.RUN) {
            zeros += run(data, run, (int) Math.min(size - run, ToExponents.RUN), counts);
        }
        long[] bins = new long[NOT_FINITE + 1];
        for (int i = 0; i < counts.length; i++) {
            bins[i & NOT_FINITE] += counts[i];
        }
        bins[0] -= zeros;
        return new Exponents(zeros, bins[NOT_FINITE], Arrays.copyOf(bins, Exponents.BINS));
    }

    /** Counts a run of elements, and returns how many of them are zero. */
    private static int run(MemorySegment data, long from, int count, int[] counts) {
        int zeros = 0;
        for (int i = 0; i < count; i++) {
            int magnitude = data.getAtIndex(JAVA_INT, from + i) & 0x7fffffff;
            zeros += magnitude - 1 >>> 31;
            counts[(i & HISTOGRAMS - 1) << BITS | magnitude >>> 23]++;
        }
        return zeros;
    }
}
