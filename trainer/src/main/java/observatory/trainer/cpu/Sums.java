package observatory.trainer.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import observatory.probe.Moments;

/** Sums in a fixed order, whoever computed the parts. */
final class Sums {
    private Sums() {}

    /** sum = keep · sum + the rows of parts, from a column on as many as the sum has, in the order of the rows. */
    static void ofRows(Tensor parts, int column, float keep, Tensor sum) {
        int c = sum.columns();
        if (keep == 0) {
            sum.clear();
        }
        for (int part = 0; part < parts.rows(); part++) {
            long at = (long) part * parts.columns() + column;
            for (int i = 0; i < c; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, c);
                FloatVector both = Vectors.load(sum.data(), i, mask).add(Vectors.load(parts.data(), at + i, mask));
                Vectors.store(both, sum.data(), i, mask);
            }
        }
    }

    /** Moments of a tensor: parts of a fixed size, from all threads, added in their order. */
    static Moments moments(Workers workers, Tensor tensor) {
        Moments[] parts = new Moments[Workers.parts(tensor.size(), 1)];
        workers.overElements(
                tensor, (from, to) -> parts[(int) (from / Workers.GRAIN)] = TensorMoments.of(tensor, from, to));
        return TensorMoments.together(parts);
    }
}
