package observatory.trainer.cpu;

import java.util.Arrays;
import java.util.function.LongSupplier;
import observatory.probe.Moments;

/**
 * The moments of a tensor, and its exponents where they are wanted, taken part by part by those who write it, while what
 * they wrote is still in their cache. Parts are those of the operation, so they depend on shapes alone; they are added in
 * their order, whoever was first.
 */
final class Measuring {
    private final Moments[] parts;
    private final long[] taken;
    private final int[][] exponents;
    private final long[] countingTaken;
    private final int stride;
    private final LongSupplier nanos;

    Measuring(int parts, LongSupplier nanos) {
        this(parts, 0, nanos);
    }

    /** @param stride of the exponents; 0 where nobody wants them */
    Measuring(int parts, int stride, LongSupplier nanos) {
        this.parts = new Moments[parts];
        this.taken = new long[parts];
        this.stride = stride;
        this.exponents = new int[stride > 0 ? parts : 0][];
        this.countingTaken = new long[parts];
        this.nanos = nanos;
    }

    /** Measures a part that has just been written: elements from (inclusive) to (exclusive). */
    void part(int number, Tensor tensor, long from, long to) {
        long began = nanos.getAsLong();
        parts[number] = TensorMoments.of(tensor, from, to);
        long between = nanos.getAsLong();
        taken[number] += between - began;
        if (stride > 0) {
            exponents[number] = TensorExponents.part(tensor, new TensorExponents.Part(from, to), stride);
            countingTaken[number] += nanos.getAsLong() - between;
        }
    }

    /** Does what else is done in a part for observers alone. */
    void more(int number, Runnable work) {
        long began = nanos.getAsLong();
        work.run();
        taken[number] += nanos.getAsLong() - began;
    }

    /** What was measured; every part has to be there. */
    Moments moments() {
        return TensorMoments.together(parts);
    }

    /** The same with the exponents. */
    Tensor.Known known() {
        return new Tensor.Known(moments(), stride > 0 ? TensorExponents.together(exponents) : null, stride, null);
    }

    /** Of the exponents; 0 where nobody wants them. */
    int stride() {
        return stride;
    }

    /** What measuring moments took of the step's own time, on so many threads; one part is one thread's. */
    long nanos(int threads) {
        return Arrays.stream(taken).sum() / Math.min(threads, parts.length);
    }

    /** The same of exponents. */
    long countingNanos(int threads) {
        return Arrays.stream(countingTaken).sum() / Math.min(threads, parts.length);
    }
}
