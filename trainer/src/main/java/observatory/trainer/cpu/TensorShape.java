package observatory.trainer.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import observatory.probe.Reduction;
import observatory.probe.Shape;

/**
 * Sums of the first four powers of a tensor and its zeros, in one read. Blocks are summed in float, in sixteen lanes
 * each of which takes every sixteenth element, and added in double, in order; a block whose sum of fourth powers is not finite
 * is read again in double, element by element.
 */
final class TensorShape {
    private static final Reduction<Shape> SHAPE = new Reduction.ToShape();
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_256;
    private static final int BLOCK = 2048;

    private long finite;
    private long zeros;
    private double sum;
    private double squares;
    private double cubes;
    private double fourths;

    private TensorShape() {}

    static Shape of(Tensor tensor) {
        return tensor.measured(SHAPE).orElseGet(() -> of(tensor, 0, tensor.size()));
    }

    /** Of the elements from (inclusive) to (exclusive). */
    static Shape of(Tensor tensor, long from, long to) {
        TensorShape shape = new TensorShape();
        for (long at = from; at < to; at += BLOCK) {
            shape.block(tensor, at, (int) Math.min(BLOCK, to - at));
        }
        return shape.result();
    }

    /** Of parts that make up a tensor. */
    static Shape together(Shape[] parts) {
        TensorShape all = new TensorShape();
        for (Shape part : parts) {
            all.finite += part.finite();
            all.zeros += part.zeros();
            all.sum += part.sum();
            all.squares += part.sumOfSquares();
            all.cubes += part.sumOfCubes();
            all.fourths += part.sumOfFourths();
        }
        return all.result();
    }

    private Shape result() {
        return new Shape(finite, zeros, sum, squares, cubes, fourths);
    }

    private void block(Tensor tensor, long from, int count) {
        // Two of each, because one addition waits for the one before it.
        FloatVector first = FloatVector.zero(LANES);
        FloatVector second = FloatVector.zero(LANES);
        FloatVector third = FloatVector.zero(LANES);
        FloatVector fourth = FloatVector.zero(LANES);
        FloatVector firstToo = FloatVector.zero(LANES);
        FloatVector secondToo = FloatVector.zero(LANES);
        FloatVector thirdToo = FloatVector.zero(LANES);
        FloatVector fourthToo = FloatVector.zero(LANES);
        int none = 0;
        int whole = count - count % (2 * LANES.length());
        for (int i = 0; i < whole; i += 2 * LANES.length()) {
            FloatVector x = load(tensor, from + i);
            FloatVector y = load(tensor, from + i + LANES.length());
            FloatVector square = x.mul(x);
            FloatVector squareToo = y.mul(y);
            first = first.add(x);
            firstToo = firstToo.add(y);
            second = second.add(square);
            secondToo = secondToo.add(squareToo);
            third = square.fma(x, third);
            thirdToo = squareToo.fma(y, thirdToo);
            fourth = square.fma(square, fourth);
            fourthToo = squareToo.fma(squareToo, fourthToo);
            none += x.eq(0).trueCount() + y.eq(0).trueCount();
        }
        double blockFourths = inOrder(fourth.add(fourthToo));
        // Squares of what is smaller than 1e-19 vanish in float, and fourth powers below 1e-9 with them.
        if (!(blockFourths < Float.MAX_VALUE) || blockFourths < 1e-30f) {
            oneByOne(tensor, from, from + count);
            return;
        }
        finite += whole;
        zeros += none;
        sum += inOrder(first.add(firstToo));
        squares += inOrder(second.add(secondToo));
        cubes += inOrder(third.add(thirdToo));
        fourths += blockFourths;
        oneByOne(tensor, from + whole, from + count);
    }

    private static FloatVector load(Tensor tensor, long at) {
        return FloatVector.fromMemorySegment(LANES, tensor.data(), at * Float.BYTES, ByteOrder.nativeOrder());
    }

    private void oneByOne(Tensor tensor, long from, long to) {
        for (long i = from; i < to; i++) {
            double value = tensor.get(i);
            if (Double.isFinite(value)) {
                double square = value * value;
                finite++;
                zeros += value == 0 ? 1 : 0;
                sum += value;
                squares += square;
                cubes += square * value;
                fourths += square * square;
            }
        }
    }

    private static double inOrder(FloatVector lanes) {
        double sum = 0;
        for (int lane = 0; lane < LANES.length(); lane++) {
            sum += lanes.lane(lane);
        }
        return sum;
    }
}
