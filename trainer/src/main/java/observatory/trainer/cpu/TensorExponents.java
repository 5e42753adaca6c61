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

/**
 * The exponent histogram of a tensor. Of runs of {@value ToExponents#RUN} elements, one in a stride is looked at, counted
 * from the tensor's first element; four histograms take turns, because one would wait for its own last count.
 */
final class TensorExponents {
    private static final int NOT_FINITE = 255;
    private static final int SIZE = NOT_FINITE + 1;
    /** Where a part keeps its zeros, behind its exponents. */
    private static final int ZEROS = SIZE;

    private static final int HISTOGRAMS = 4;
    private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_256;
    /** Of each thread that measures, clear between two parts: as fresh memory it would push a core's cache out. */
    private static final ThreadLocal<int[]> COUNTS = ThreadLocal.withInitial(() -> new int[HISTOGRAMS * SIZE]);

    private TensorExponents() {}

    static Exponents of(Tensor tensor, int stride) {
        return tensor.measured(new ToExponents(stride))
                .orElseGet(() -> together(new int[][] {part(tensor, new Part(0, tensor.size()), stride)}));
    }

    /** Elements from (inclusive) to (exclusive). A run that reaches over a border is counted by both parts, each its own. */
    record Part(long from, long to) {
        /** Where the first run begins that may reach into the part. */
        long firstRun(int stride) {
            return from - from % ((long) stride * ToExponents.RUN);
        }

        /** Of a run, where what lies in the part begins. */
        long begin(long run) {
            return Math.max(run, from);
        }

        /** And where it ends, which is where it begins if nothing of it does. */
        long end(long run) {
            return Math.max(begin(run), Math.min(run + ToExponents.RUN, to));
        }
    }

    /** How often each exponent comes in a part, and how many zeros there are. */
    static int[] part(Tensor tensor, Part part, int stride) {
        MemorySegment data = tensor.data();
        int[] counts = COUNTS.get();
        for (long run = part.firstRun(stride); run < part.to; run += (long) stride * ToExponents.RUN) {
            long at = part.begin(run);
            long end = part.end(run);
            long whole = end - (end - at) % HISTOGRAMS;
            count(data, at, whole, counts);
            for (long i = whole; i < end; i++) {
                counts[data.getAtIndex(JAVA_INT, i) >>> 23 & NOT_FINITE]++;
            }
        }
        int[] all = Arrays.copyOf(counts, SIZE + 1);
        for (int i = 0; i < SIZE; i++) {
            all[i] += counts[SIZE + i] + counts[2 * SIZE + i] + counts[3 * SIZE + i];
        }
        Arrays.fill(counts, 0);
        all[ZEROS] = all[0] == 0 ? 0 : zeros(data, part, stride);
        return all;
    }

    /** Of parts that make up a tensor. */
    static Exponents together(int[][] parts) {
        long[] all = new long[SIZE + 1];
        for (int[] part : parts) {
            for (int i = 0; i < all.length; i++) {
                all[i] += part[i];
            }
        }
        all[0] -= all[ZEROS];
        return new Exponents(all[ZEROS], all[NOT_FINITE], Arrays.copyOf(all, Exponents.BINS));
    }

    /** Counts a run of fours, two elements at a time; which of two lies in which half does not matter. */
    private static void count(MemorySegment data, long from, long to, int[] counts) {
        for (long at = from * Float.BYTES; at < to * Float.BYTES; at += 2 * Long.BYTES) {
            long a = data.get(JAVA_LONG_UNALIGNED, at);
            long b = data.get(JAVA_LONG_UNALIGNED, at + Long.BYTES);
            counts[(int) (a >>> 23) & NOT_FINITE]++;
            counts[SIZE | (int) (a >>> 55) & NOT_FINITE]++;
            counts[2 * SIZE | (int) (b >>> 23) & NOT_FINITE]++;
            counts[3 * SIZE | (int) (b >>> 55) & NOT_FINITE]++;
        }
    }

    /** How many of what is looked at are zero; the lowest exponent is also that of subnormal numbers. */
    private static int zeros(MemorySegment data, Part part, int stride) {
        int zeros = 0;
        for (long run = part.firstRun(stride); run < part.to; run += (long) stride * ToExponents.RUN) {
            long at = part.begin(run);
            long end = part.end(run);
            long whole = end - (end - at) % LANES.length();
            for (long i = at; i < whole; i += LANES.length()) {
                IntVector bits = IntVector.fromMemorySegment(LANES, data, i * Integer.BYTES, ByteOrder.nativeOrder());
                zeros += bits.lanewise(VectorOperators.LSHL, 1)
                        .compare(VectorOperators.EQ, 0)
                        .trueCount();
            }
            for (long i = whole; i < end; i++) {
                zeros += data.getAtIndex(JAVA_INT, i) << 1 == 0 ? 1 : 0;
            }
        }
        return zeros;
    }
}
