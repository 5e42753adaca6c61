package observatory.probe;

import java.util.Arrays;

/**
 * How many elements of a tensor have each exponent of fp32. Bin e counts magnitudes from 2^(e - 127) to below
 * 2^(e - 126); bin 0 counts what is smaller and not zero; zeros, and what is not finite, stand apart. Headroom,
 * underflow and overflow in every format follow from it, and a change of the loss scale is a shift.
 *
 * @param bins 255 counts of finite, non-zero elements
 */
public record Exponents(long zeros, long notFinite, long[] bins) {
    public static final int BINS = 255;
    private static final int BIAS = 127;

    public Exponents {
        if (bins.length != BINS) {
            throw new IllegalArgumentException("fp32 has 255 exponents of finite numbers: bins=" + bins.length);
        }
    }

    /** Elements looked at that are finite and not zero. */
    public long nonZero() {
        return sum(0, BINS);
    }

    public long finite() {
        return nonZero() + zeros;
    }

    /** Non-zero elements of magnitude below 2^exponent. */
    public long below(int exponent) {
        return sum(0, Math.clamp(exponent + BIAS, 0, BINS));
    }

    /** Elements of magnitude 2^exponent or more. */
    public long from(int exponent) {
        return sum(Math.clamp(exponent + BIAS, 0, BINS), BINS);
    }

    private long sum(int from, int to) {
        long sum = 0;
        for (int bin = from; bin < to; bin++) {
            sum += bins[bin];
        }
        return sum;
    }

    /** Largest e with an element of 2^e or more; only where {@link #nonZero} is above 0. */
    public int highest() {
        int bin = BINS - 1;
        while (bin > 0 && bins[bin] == 0) {
            bin--;
        }
        return bin - BIAS;
    }

    /** Least e with an element below 2^(e + 1); only where {@link #nonZero} is above 0. */
    public int lowest() {
        int bin = 0;
        while (bin < BINS - 1 && bins[bin] == 0) {
            bin++;
        }
        return bin - BIAS;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Exponents that
                && zeros == that.zeros
                && notFinite == that.notFinite
                && Arrays.equals(bins, that.bins);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(zeros) + 31 * Arrays.hashCode(bins);
    }

    @Override
    public String toString() {
        return "Exponents[zeros=" + zeros + ", notFinite=" + notFinite + ", nonZero=" + nonZero() + "]";
    }
}
