package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import observatory.probe.Exponents;
import observatory.probe.Reduction.ToExponents;

/**
 * The exponent histogram of a tensor. Of runs of {@value ToExponents#RUN} elements, one in a stride is looked at, counted
 * from the tensor's first element. Their exponents are packed into bytes, and for one binade after the other is counted
 * how many lie in it or above: a compare for 32 or 64 elements, where adding one to a count takes each element by itself
 * and waits for the last one of its binade.
 */
final class TensorExponents {
    private static final int NOT_FINITE = 255;
    private static final int SIZE = NOT_FINITE + 1;
    /** Where a part keeps its zeros, behind its exponents. */
    private static final int ZEROS = SIZE;
    /** The binade of 1: where counting begins if the first element lies in none. */
    private static final int ONE = 127;

    private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_256;
    private static final VectorSpecies<Byte> PACKED = ByteVector.SPECIES_PREFERRED;
    /** Exponents that are packed before they are counted: they stay in a core's first cache. */
    private static final int ROOM = 128 * ToExponents.RUN;
    /** Of each thread that measures: as fresh memory it would push a core's cache out. */
    private static final ThreadLocal<byte[]> EXPONENTS = ThreadLocal.withInitial(() -> new byte[ROOM]);

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
        byte[] exponents = EXPONENTS.get();
        int packed = 0;
        int[] counts = new int[SIZE + 1];
        for (long run = part.firstRun(stride); run < part.to; run += (long) stride * ToExponents.RUN) {
            long at = part.begin(run);
            long end = part.end(run);
            if (end - at == ToExponents.RUN) {
                pack(data, at, exponents, packed);
                packed += ToExponents.RUN;
                if (packed == ROOM) {
                    count(exponents, packed, counts);
                    packed = 0;
                }
            } else {
                for (long i = at; i < end; i++) {
                    counts[data.getAtIndex(JAVA_INT, i) >>> 23 & NOT_FINITE]++;
                }
            }
        }
        count(exponents, packed, counts);
        counts[ZEROS] = counts[0] == 0 ? 0 : zeros(data, part, stride);
        return counts;
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

    /** The exponents of a run, less 128 so that signed bytes have their order; which one lies where does not matter. */
    private static void pack(MemorySegment data, long run, byte[] exponents, int to) {
        for (int i = 0; i < ToExponents.RUN; i += Integer.BYTES * LANES.length()) {
            long at = run + i;
            IntVector first = bits(data, at).lanewise(VectorOperators.LSHR, 23).and(0xff);
            IntVector second = bits(data, at + LANES.length())
                    .lanewise(VectorOperators.LSHR, 15)
                    .and(0xff00);
            IntVector third = bits(data, at + 2L * LANES.length())
                    .lanewise(VectorOperators.LSHR, 7)
                    .and(0xff0000);
            IntVector fourth = bits(data, at + 3L * LANES.length())
                    .lanewise(VectorOperators.LSHL, 1)
                    .and(0xff000000);
            first.or(second)
                    .or(third.or(fourth))
                    .lanewise(VectorOperators.XOR, 0x80808080)
                    .reinterpretAsBytes()
                    .intoArray(exponents, to + i);
        }
    }

    private static IntVector bits(MemorySegment data, long at) {
        return IntVector.fromMemorySegment(LANES, data, at * Integer.BYTES, ByteOrder.nativeOrder());
    }

    /** Adds packed exponents to the counts: from the first one's binade upwards while any lie above, then downwards. */
    private static void count(byte[] exponents, int packed, int[] counts) {
        if (packed == 0) {
            return;
        }
        int normal = from(exponents, packed, 1);
        counts[0] += packed - normal;
        int first = exponents[0] + 128;
        int begin = first == 0 || first == NOT_FINITE ? ONE : first;
        int upwards = from(exponents, packed, begin);
        int left = upwards;
        for (int exponent = begin; left > 0; exponent++) {
            int above = exponent == NOT_FINITE ? 0 : from(exponents, packed, exponent + 1);
            counts[exponent] += left - above;
            left = above;
        }
        int counted = upwards;
        for (int exponent = begin - 1; counted < normal; exponent--) {
            int more = from(exponents, packed, exponent);
            counts[exponent] += more - counted;
            counted = more;
        }
    }

    /** How many have this exponent or a larger one. */
    private static int from(byte[] exponents, int packed, int exponent) {
        byte least = (byte) (exponent - 128);
        int whole = packed - packed % PACKED.length();
        int count = 0;
        for (int i = 0; i < whole; i += PACKED.length()) {
            count += ByteVector.fromArray(PACKED, exponents, i)
                    .compare(VectorOperators.GE, least)
                    .trueCount();
        }
        for (int i = whole; i < packed; i++) {
            count += exponents[i] >= least ? 1 : 0;
        }
        return count;
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
