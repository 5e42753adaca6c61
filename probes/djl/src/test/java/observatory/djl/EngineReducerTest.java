package observatory.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import observatory.probe.Broken;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Moments;
import observatory.probe.Norms;
import observatory.probe.Reduction;
import observatory.probe.Squares;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the engine reduces is what the plain reducer makes of the same numbers on the host. */
class EngineReducerTest {
    private static final int ROWS = 300;
    private static final int COLUMNS = 70;

    private final EngineReducer engine = new EngineReducer();
    private final HostReducer host = new HostReducer();
    private final SplittableRandom random = new SplittableRandom(7);
    private NDManager manager;

    @BeforeEach
    void begin() {
        LibTorch.assume();
        manager = NDManager.newBaseManager("PyTorch");
    }

    @AfterEach
    void noArrayIsLeft() {
        if (manager != null) {
            manager.close();
        }
    }

    @Test
    void momentsOfAnySizeOfNumbers() {
        agree(numbers(x -> x));
        agree(numbers(x -> 3 + x)); // a sum that is not a difference of large ones
        agree(numbers(x -> 1e-21 * x)); // squares vanish in single precision
        agree(numbers(x -> 1e-13 * x));
        agree(numbers(x -> 1e25 * x)); // squares overflow
        agree(numbers(x -> 1e18 * x)); // their sum does
        agree(numbers(x -> 0));
        agree(new float[] {1, -2});
    }

    @Test
    void momentsOfBrokenNumbersAreThoseOfTheOthers() {
        for (float broken : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] data = numbers(x -> x);
            data[4711] = broken;
            agree(data);
            data[12] = Float.NaN;
            agree(data);
        }
    }

    @Test
    void momentsOfHalvesAreThoseOfTheirNumbers() {
        float[] data = numbers(x -> 300 * x);
        NDArray half = manager.create(data, new Shape(ROWS, COLUMNS)).toType(DataType.FLOAT16, true);
        float[] rounded = half.toType(DataType.FLOAT32, true).toFloatArray();
        agree(half, new HostTensor(rounded, ROWS, COLUMNS));
    }

    /** The engine makes a copy without gaps, and would leave it to the array's manager, which may live for a run. */
    @Test
    void ofAnArrayWithGapsNoCopyIsLeft() {
        float[] data = numbers(x -> x);
        NDArray array = manager.create(data, new Shape(COLUMNS, ROWS)).transpose();
        agree(array, new HostTensor(data, ROWS, COLUMNS));
        int before = manager.getManagedArrays().size();
        assertEquals(data[ROWS], Host.floats(array)[1]);
        assertEquals(before, manager.getManagedArrays().size(), "arrays that are left");
    }

    @Test
    void normsOfTwo() {
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
            NDArray one = manager.create(numbers(x -> 1e-5 * x), new Shape(ROWS, COLUMNS))
                    .toType(type, false);
            NDArray other =
                    manager.create(numbers(x -> x), new Shape(ROWS, COLUMNS)).toType(type, false);
            engine.enqueue(3, new Reduction.ToNorms(), new EngineTensor(one), new EngineTensor(other));
            host.enqueue(3, new Reduction.ToNorms(), Host.tensor(one), Host.tensor(other));
            Norms expected = (Norms) host.result(3);
            Norms actual = (Norms) engine.result(3);
            assertClose(expected.first(), actual.first());
            assertClose(expected.second(), actual.second());
        }
    }

    @Test
    void whatFollowsFromMomentsIsNotCopiedToTheHost() {
        float[] data = numbers(x -> x);
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
            NDArray array = manager.create(data, new Shape(ROWS, COLUMNS)).toType(type, false);
            EngineTensor there = new EngineTensor(array, () -> {
                throw new AssertionError("copied");
            });
            engine.enqueue(0, new Reduction.ToBroken(), there, null);
            engine.enqueue(1, new Reduction.ToSquares(), there, null);
            host.enqueue(1, new Reduction.ToSquares(), new HostTensor(data, ROWS, COLUMNS), null);
            assertEquals(new Broken(0, 0), engine.result(0));
            assertEquals(data.length, ((Squares) engine.result(1)).finite());
            assertClose(((Squares) host.result(1)).sum(), ((Squares) engine.result(1)).sum());
        }
    }

    /** Results of the host stand in slots of their own, whatever is measured in between. */
    @Test
    void resultsOfBothKindsAreKeptApart() {
        NDArray array = manager.create(numbers(x -> x), new Shape(ROWS, COLUMNS));
        NDArray broken = array.duplicate();
        broken.set(new float[ROWS * COLUMNS]);
        engine.enqueue(0, new Reduction.ToRange(), new EngineTensor(array), null);
        engine.enqueue(1, new Reduction.ToMoments(), new EngineTensor(array), null);
        engine.enqueue(2, new Reduction.ToMoments(), new EngineTensor(broken), null);
        engine.enqueue(80, new Reduction.ToRange(), new EngineTensor(broken), null);
        host.enqueue(0, new Reduction.ToRange(), Host.tensor(array), null);
        host.enqueue(1, new Reduction.ToRange(), Host.tensor(broken), null);
        assertEquals(host.result(0), engine.result(0));
        assertEquals(host.result(1), engine.result(80));
        assertEquals(0, ((Moments) engine.result(2)).sumOfSquares());
        engine.enqueue(1, new Reduction.ToRange(), new EngineTensor(array), null);
        assertEquals(host.result(0), engine.result(1), "of the step after");
    }

    private float[] numbers(DoubleUnaryOperator of) {
        float[] data = new float[ROWS * COLUMNS];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) of.applyAsDouble(random.nextGaussian());
        }
        return data;
    }

    private void agree(float[] data) {
        int columns = data.length % COLUMNS == 0 ? COLUMNS : data.length;
        HostTensor tensor = new HostTensor(data, data.length / columns, columns);
        NDArray array = manager.create(data, new Shape(tensor.rows(), columns));
        agree(array, tensor);
        agree(array.toType(DataType.FLOAT64, true), tensor); // by operations of the engine, and not read where it lies
    }

    private void agree(NDArray array, HostTensor tensor) {
        int before = manager.getManagedArrays().size();
        engine.enqueue(0, new Reduction.ToMoments(), new EngineTensor(array), null);
        assertEquals(before, manager.getManagedArrays().size(), "arrays that are left");
        host.enqueue(0, new Reduction.ToMoments(), tensor, null);
        Moments expected = (Moments) host.result(0);
        Moments actual = (Moments) engine.result(0);
        assertEquals(expected.count(), actual.count());
        assertEquals(expected.nan(), actual.nan());
        assertEquals(expected.infinite(), actual.infinite());
        assertEquals(expected.absMax(), actual.absMax(), "exactly");
        assertClose(expected.sumOfSquares(), actual.sumOfSquares());
        // A sum may be as small as one likes beside what is summed.
        double scale = Math.sqrt(expected.sumOfSquares() * expected.count());
        assertEquals(expected.sum(), actual.sum(), 1e-6 * scale);
    }

    private static void assertClose(double expected, double actual) {
        assertEquals(expected, actual, 1e-6 * Math.abs(expected));
    }
}
