package observatory.trainer.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

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

    /** Sum of squares: blocks of a fixed size in float, added in double in their order. */
    static double ofSquares(Workers workers, Tensor tensor) {
        int blocks = Workers.parts(tensor.size(), 1);
        double[] squares = new double[blocks];
        workers.overElements(tensor, (from, to) -> {
            double block = Vectors.dot(tensor.data(), from, tensor.data(), from, (int) (to - from));
            squares[(int) (from / Workers.GRAIN)] = Double.isFinite(block) ? block : inDouble(tensor, from, to);
        });
        double sum = 0;
        for (double block : squares) {
            sum += block;
        }
        return sum;
    }

    /** Where a float cannot hold a sum of squares, the elements may still be finite. */
    private static double inDouble(Tensor tensor, long from, long to) {
        double sum = 0;
        for (long i = from; i < to; i++) {
            sum += (double) tensor.get(i) * tensor.get(i);
        }
        return sum;
    }
}
