package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import observatory.probe.Exponents;
import observatory.probe.Reduction.ToExponents;

/** The exponent histogram of a tensor, in four histograms by turns, because one would wait for its own last count. */
final class TensorExponents {
    private static final int NOT_FINITE = 255;
    private static final int HISTOGRAMS = 4;

    private TensorExponents() {}

    static Exponents of(Tensor tensor, int stride) {
        int[][] counts = new int[HISTOGRAMS][NOT_FINITE + 1];
        int[] run = new int[ToExponents.RUN];
        int zeros = 0;
        long size = tensor.size();
        for (long at = 0; at < size; at += (long) stride * ToExponents.RUN) {
            int count = (int) Math.min(size - at, ToExponents.RUN);
            MemorySegment.copy(tensor.data(), JAVA_INT, at * Integer.BYTES, run, 0, count);
            zeros += count(run, count, counts);
        }
        long[] bins = new long[NOT_FINITE + 1];
        for (int bin = 0; bin <= NOT_FINITE; bin++) {
            for (int[] histogram : counts) {
                bins[bin] += histogram[bin];
            }
        }
        bins[0] -= zeros;
        return new Exponents(zeros, bins[NOT_FINITE], Arrays.copyOf(bins, Exponents.BINS));
    }

    /** Counts a run of elements, and returns how many of them are zero. */
    private static int count(int[] run, int count, int[][] counts) {
        int[] a = counts[0];
        int[] b = counts[1];
        int[] c = counts[2];
        int[] d = counts[3];
        int zeros = 0;
        int i = 0;
        for (; i <= count - HISTOGRAMS; i += HISTOGRAMS) {
            a[run[i] >>> 23 & NOT_FINITE]++;
            b[run[i + 1] >>> 23 & NOT_FINITE]++;
            c[run[i + 2] >>> 23 & NOT_FINITE]++;
            d[run[i + 3] >>> 23 & NOT_FINITE]++;
        }
        for (; i < count; i++) {
            a[run[i] >>> 23 & NOT_FINITE]++;
        }
        for (i = 0; i < count; i++) {
            zeros += run[i] << 1 == 0 ? 1 : 0;
        }
        return zeros;
    }
}
