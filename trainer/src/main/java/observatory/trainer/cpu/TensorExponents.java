package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.util.Arrays;
import observatory.probe.Exponents;
import observatory.probe.Reduction.ToExponents;

/** The exponent histogram of a tensor, in two histograms by turns, because one would wait for its own last count. */
final class TensorExponents {
    private static final int NOT_FINITE = 255;

    private TensorExponents() {}

    static Exponents of(Tensor tensor, int stride) {
        long[] even = new long[NOT_FINITE + 1];
        long[] odd = new long[NOT_FINITE + 1];
        long zeros = 0;
        long size = tensor.size();
        for (long run = 0; run < size; run += (long) stride * ToExponents.RUN) {
            long end = Math.min(size, run + ToExponents.RUN);
            for (long i = run; i < end; i++) {
                int magnitude = tensor.data().getAtIndex(JAVA_INT, i) & 0x7fffffff;
                zeros += magnitude == 0 ? 1 : 0;
                ((i & 1) == 0 ? even : odd)[magnitude >>> 23]++;
            }
        }
        for (int bin = 0; bin <= NOT_FINITE; bin++) {
            even[bin] += odd[bin];
        }
        even[0] -= zeros;
        return new Exponents(zeros, even[NOT_FINITE], Arrays.copyOf(even, Exponents.BINS));
    }
}
