package observatory.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * What one pass over numbers gives, in double; {@code largest} in magnitude, and NaN where a number is. In the host's
 * memory arrays of a million elements or fewer are read where they lie, 0.3 ns an element: each operation of the engine
 * costs more than that, and it takes five for the same.
 */
record Sums(double sum, double squares, float largest) {
    /** Elements of an array that is sooner read here than handed to operations of the engine. */
    private static final int SMALL = 1 << 20;

    /** Whether an array is read here: in single precision in the host's memory, and not large. */
    static boolean reads(NDArray array) {
        return array.size() <= SMALL
                && array.getDataType() == DataType.FLOAT32
                && array.getDevice().equals(Device.cpu())
                && !array.isSparse();
    }

    /** Empty of an array that is none to be read here. */
    static Optional<Sums> of(NDArray array) {
        if (!reads(array)) {
            return Optional.empty();
        }
        // Of an array with gaps the engine reads a copy without, and leaves it to the manager.
        try (NDScope _ = new NDScope()) {
            return Optional.of(of(array.toByteBuffer(true).asFloatBuffer()));
        }
    }

    /** Four of each, so that an addition does not wait for the one before it. */
    static Sums of(FloatBuffer data) {
        int size = data.remaining();
        double sumA = 0;
        double sumB = 0;
        double sumC = 0;
        double sumD = 0;
        double squaresA = 0;
        double squaresB = 0;
        double squaresC = 0;
        double squaresD = 0;
        float largestA = 0;
        float largestB = 0;
        float largestC = 0;
        float largestD = 0;
        int at = 0;
        for (; at < size - 3; at += 4) {
            float a = data.get(at);
            float b = data.get(at + 1);
            float c = data.get(at + 2);
            float d = data.get(at + 3);
            sumA += a;
            sumB += b;
            sumC += c;
            sumD += d;
            squaresA += (double) a * a;
            squaresB += (double) b * b;
            squaresC += (double) c * c;
            squaresD += (double) d * d;
            largestA = Math.max(largestA, Math.abs(a));
            largestB = Math.max(largestB, Math.abs(b));
            largestC = Math.max(largestC, Math.abs(c));
            largestD = Math.max(largestD, Math.abs(d));
        }
        for (; at < size; at++) {
            float a = data.get(at);
            sumA += a;
            squaresA += (double) a * a;
            largestA = Math.max(largestA, Math.abs(a));
        }
        return new Sums(
                sumA + sumB + (sumC + sumD),
                squaresA + squaresB + (squaresC + squaresD),
                Math.max(Math.max(largestA, largestB), Math.max(largestC, largestD)));
    }

    /** Whether every number is finite: in double no sum of squares of single ones overflows. */
    boolean finite() {
        return Double.isFinite(squares);
    }
}
