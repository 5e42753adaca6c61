package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Moments;
import observatory.probe.Reduction;
import org.junit.jupiter.api.Test;

class MeasuringTest {
    private static final int SIZE = 5 * Workers.GRAIN + 77;

    @Test
    void partsAddUpToPlainSumsInDouble() {
        SplittableRandom random = new SplittableRandom(11);
        try (Arena arena = Arena.ofShared();
                Workers workers = new Workers(2)) {
            Tensor tensor = Tensor.zeros(arena, 1, SIZE);
            for (int i = 0; i < SIZE; i++) {
                tensor.set(i, (float) random.nextGaussian());
            }
            tensor.set(Workers.GRAIN, Float.NaN);
            tensor.set(3L * Workers.GRAIN - 1, Float.NEGATIVE_INFINITY);
            Measuring measuring = new Measuring(Workers.parts(SIZE, 1), System::nanoTime);
            workers.overElements(tensor, (from, to) -> measuring.part((int) (from / Workers.GRAIN), tensor, from, to));
            Moments moments = measuring.moments();

            double sum = 0;
            double squares = 0;
            double largest = 0;
            for (int i = 0; i < SIZE; i++) {
                double value = tensor.get(i);
                if (Double.isFinite(value)) {
                    sum += value;
                    squares += value * value;
                    largest = Math.max(largest, Math.abs(value));
                }
            }
            assertEquals(SIZE, moments.count());
            assertEquals(1, moments.nan());
            assertEquals(1, moments.infinite());
            assertEquals(sum, moments.sum(), 1e-5 * SIZE);
            assertEquals(squares, moments.sumOfSquares(), 1e-5 * squares);
            assertEquals(largest, moments.absMax());
            assertEquals(moments, TensorMoments.of(tensor.measured(moments)), "what was measured is not read again");
            assertTrue(measuring.nanos(1) > 0);
        }
    }

    @Test
    void exponentsOfPartsAreThoseOfTheWholeWhereverPartsBegin() {
        SplittableRandom random = new SplittableRandom(12);
        try (Arena arena = Arena.ofShared()) {
            Tensor tensor = Tensor.zeros(arena, 1, SIZE);
            for (int i = 0; i < SIZE; i++) {
                tensor.set(i, i % 5 == 0 ? 0 : (float) random.nextGaussian());
            }
            HostReducer plain = new HostReducer();
            plain.enqueue(0, new Reduction.ToExponents(8), HostTensor.of(tensor.toArray()), null);
            // At the beginning of a run, inside one, behind one that is looked at, and in one of its own.
            for (long border : new long[] {3 * Workers.GRAIN, 1030, 1100, SIZE - 1}) {
                assertEquals(plain.result(0), inTwoParts(tensor, border).known().exponents(), "border " + border);
            }
            Measuring measuring = inTwoParts(tensor, 1030);
            Tensor measured = tensor.measured(measuring.known());
            assertEquals(measuring.known().moments(), measured.moments().orElseThrow());
            assertTrue(measured.exponents(8).isPresent());
            assertTrue(measured.exponents(1).isEmpty(), "those of another stride are not known");
        }
    }

    private static Measuring inTwoParts(Tensor tensor, long border) {
        Measuring measuring = new Measuring(2, 8, System::nanoTime);
        measuring.part(1, tensor, border, tensor.size());
        measuring.part(0, tensor, 0, border);
        return measuring;
    }

    @Test
    void largePagesAreZeroAndAllOfThemCanBeWritten() {
        try (Arena arena = Arena.ofShared()) {
            Tensor tensor = Tensor.zeros(arena, 3, 1 << 19);
            for (long i = 0; i < tensor.size(); i += 1021) {
                assertEquals(0, tensor.get(i));
            }
            tensor.set(0, 1);
            tensor.set(tensor.size() - 1, 2);
            assertEquals(1, tensor.get(0));
            assertEquals(2, tensor.get(tensor.size() - 1));
        }
    }
}
