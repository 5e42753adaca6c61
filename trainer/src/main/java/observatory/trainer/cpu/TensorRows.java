package observatory.trainer.cpu;

import observatory.probe.Reduction;
import observatory.probe.RowNorms;

/** Squared norms of rows, each summed in float as dot products of the trainer are, and added in double, in order. */
final class TensorRows {
    static final Reduction<RowNorms> ROWS = new Reduction.ToRows();

    private TensorRows() {}

    static RowNorms of(Tensor tensor) {
        return tensor.measured(ROWS).orElseGet(() -> of(tensor, 0, tensor.rows()));
    }

    /** From all threads: parts of a fixed size, added in their order. */
    static RowNorms of(Workers workers, Tensor tensor) {
        RowNorms[] parts = new RowNorms[Workers.parts(tensor.rows(), tensor.columns())];
        long each = Workers.rowsEach(tensor.columns());
        workers.overRows(
                tensor.rows(), tensor.columns(), (from, to) -> parts[(int) (from / each)] = of(tensor, from, to));
        return together(parts);
    }

    /** Of parts that lie one after the other. */
    static RowNorms together(RowNorms[] parts) {
        long whole = 0;
        long broken = 0;
        double sum = 0;
        double largest = 0;
        for (RowNorms part : parts) {
            whole += part.rows();
            broken += part.broken();
            sum += part.sumOfSquares();
            largest = Math.max(largest, part.largestSquare());
        }
        return new RowNorms(whole, parts[0].columns(), sum, largest, broken);
    }

    /** Of the rows from (inclusive) to (exclusive). */
    static RowNorms of(Tensor tensor, long from, long to) {
        int columns = tensor.columns();
        long whole = 0;
        long broken = 0;
        double sum = 0;
        double largest = 0;
        for (long row = from; row < to; row++) {
            long at = row * columns;
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
