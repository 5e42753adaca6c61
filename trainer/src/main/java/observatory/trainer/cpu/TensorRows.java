package observatory.trainer.cpu;

import observatory.probe.RowNorms;

/** Squared norms of rows, each summed in float as dot products of the trainer are, and added in double, in order. */
final class TensorRows {
    private TensorRows() {}

    static RowNorms of(Tensor tensor) {
        int columns = tensor.columns();
        long whole = 0;
        long broken = 0;
        double sum = 0;
        double largest = 0;
        for (int row = 0; row < tensor.rows(); row++) {
            long at = (long) row * columns;
            double squares = Vectors.dot(tensor.data(), at, tensor.data(), at, columns);
            if (!(squares <= Float.MAX_VALUE) || squares < Float.MIN_NORMAL) {
                squares = oneByOne(tensor, at, at + columns);
            }
            if (Double.isFinite(squares)) {
                whole++;
                sum += squares;
                largest = Math.max(largest, squares);
            } else {
                broken++;
            }
        }
        return new RowNorms(whole, columns, sum, largest, broken);
    }

    /** In double, where float would overflow, or lose what is small. */
    private static double oneByOne(Tensor tensor, long from, long to) {
        double squares = 0;
        for (long i = from; i < to; i++) {
            squares += (double) tensor.get(i) * tensor.get(i);
        }
        return squares;
    }
}
