package observatory.trainer.cpu;

import java.util.function.LongSupplier;
import observatory.probe.Moments;

/**
 * The moments of a tensor, taken part by part by those who write it, while what they wrote is still in their cache. Parts
 * are those of the operation, so they depend on shapes alone; they are added in their order, whoever was first.
 */
final class Measuring {
    private final Moments[] parts;
    private final long[] taken;
    private final LongSupplier nanos;

    Measuring(int parts, LongSupplier nanos) {
        this.parts = new Moments[parts];
        this.taken = new long[parts];
        this.nanos = nanos;
    }

    /** Measures a part that has just been written: elements from (inclusive) to (exclusive). */
    void part(int number, Tensor tensor, long from, long to) {
        long began = nanos.getAsLong();
        parts[number] = TensorMoments.of(tensor, from, to);
        taken[number] += nanos.getAsLong() - began;
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

    /** What measuring took of all threads together. */
    long nanos() {
        long all = 0;
        for (long part : taken) {
            all += part;
        }
        return all;
    }
}
