package observatory.probe.host;

import observatory.probe.Exponents;
import observatory.probe.Reduction.ToExponents;

/** Looks at runs of 64 elements, counted from the first element of the tensor, whatever pieces it comes in. */
final class HostExponents implements HostReduction<Exponents> {
    private static final int NOT_FINITE = 255;

    private final int stride;
    private final long[] bins = new long[Exponents.BINS + 1];
    private long zeros;
    private long passed;

    HostExponents(int stride) {
        this.stride = stride;
    }

    @Override
    public void rows(float[] data, int from, int rows, int columns) {
        int count = rows * columns;
        for (int i = 0; i < count; ) {
            long run = (passed + i) / ToExponents.RUN;
            int left = (int) (ToExponents.RUN - (passed + i) % ToExponents.RUN);
            int end = Math.min(count, i + left);
            if (run % stride == 0) {
                look(data, from + i, from + end);
            }
            i = end;
        }
        passed += count;
    }

    private void look(float[] data, int from, int to) {
        for (int i = from; i < to; i++) {
            int magnitude = Float.floatToRawIntBits(data[i]) & 0x7fffffff;
            if (magnitude == 0) {
                zeros++;
            } else {
                bins[magnitude >>> 23]++;
            }
        }
    }

    @Override
    public Exponents result() {
        return new Exponents(zeros, bins[NOT_FINITE], java.util.Arrays.copyOf(bins, Exponents.BINS));
    }
}
