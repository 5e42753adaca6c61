package observatory.trainer.cpu;

import java.nio.ByteOrder;
import java.util.Optional;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import observatory.probe.ColumnSums;

/** Sums over the columns of a tensor in double, row after row, eight columns at a time: the bits of the plain loop. */
final class TensorColumns {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_256;
    private static final VectorSpecies<Double> SUMS = DoubleVector.SPECIES_512;
    private static final VectorSpecies<Integer> BITS = IntVector.SPECIES_256;
    /** Rows at a time: as many of a power of two as a core's first cache takes in one column. */
    private static final int ROWS = 8;

    private final Tensor tensor;
    private final double[] sum;
    private final double[] squares;
    private final int[] magnitudes; // as bits, whose order as integers is that of magnitudes

    private TensorColumns(Tensor tensor) {
        this.tensor = tensor;
        this.sum = new double[tensor.columns()];
        this.squares = new double[tensor.columns()];
        this.magnitudes = new int[tensor.columns()];
    }

    /** Empty where an element is not finite: then each one has to be looked at. */
    static Optional<ColumnSums> of(Tensor tensor) {
        TensorColumns columns = new TensorColumns(tensor);
        int whole = tensor.columns() - tensor.columns() % LANES.length();
        for (int row = 0; row < tensor.rows(); row += ROWS) {
            int end = Math.min(tensor.rows(), row + ROWS);
            for (int column = 0; column < whole; column += LANES.length()) {
                columns.eight(column, row, end);
            }
        }
        for (int column = whole; column < tensor.columns(); column++) {
            columns.one(column);
        }
        for (double square : columns.squares) {
            if (!Double.isFinite(square)) {
                return Optional.empty();
            }
        }
        double[] largest = new double[columns.magnitudes.length];
        for (int i = 0; i < largest.length; i++) {
            largest[i] = Float.intBitsToFloat(columns.magnitudes[i]);
        }
        return Optional.of(new ColumnSums(tensor.rows(), columns.sum, columns.squares, largest));
    }

    private void eight(int column, int from, int to) {
        DoubleVector first = DoubleVector.fromArray(SUMS, sum, column);
        DoubleVector second = DoubleVector.fromArray(SUMS, squares, column);
        IntVector largest = IntVector.fromArray(BITS, magnitudes, column);
        for (long row = from; row < to; row++) {
            FloatVector x = FloatVector.fromMemorySegment(
                    LANES, tensor.data(), (row * tensor.columns() + column) * Float.BYTES, ByteOrder.nativeOrder());
            DoubleVector exact = (DoubleVector) x.convertShape(VectorOperators.F2D, SUMS, 0);
            first = first.add(exact);
            second = exact.fma(exact, second);
            largest = largest.max(x.reinterpretAsInts().and(Integer.MAX_VALUE));
        }
        first.intoArray(sum, column);
        second.intoArray(squares, column);
        largest.intoArray(magnitudes, column);
    }

    private void one(int column) {
        for (int row = 0; row < tensor.rows(); row++) {
            float x = tensor.get((long) row * tensor.columns() + column);
            sum[column] += x;
            squares[column] += (double) x * x;
            magnitudes[column] = Math.max(magnitudes[column], Float.floatToRawIntBits(x) & Integer.MAX_VALUE);
        }
    }
}
