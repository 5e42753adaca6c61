package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Moments;
import observatory.probe.Reduction;
import observatory.probe.RowNorms;
import observatory.probe.Shape;
import org.junit.jupiter.api.Test;

class MeasuringTest {
    private static final int SIZE = 5 * Workers.GRAIN + 77;
    private static final Reduction.ToShape SHAPE = new Reduction.ToShape();
    private static final Reduction.ToExponents EXPONENTS = new Reduction.ToExponents(8);
    private static final Reduction.ToBroken BROKEN = new Reduction.ToBroken();
    private static final Reduction.ToTail TAIL = new Reduction.ToTail(0.7f);

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
            Measuring measuring = new Measuring(List.of(Measuring.MOMENTS), Workers.parts(SIZE, 1), System::nanoTime);
            workers.overElements(tensor, (from, to) -> measuring.part((int) (from / Workers.GRAIN), tensor, from, to));
            Tensor measured = tensor.measured(measuring.known());
            Moments moments = measured.measured(Measuring.MOMENTS).orElseThrow();

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
            assertSame(moments, TensorMoments.of(measured), "what was measured is not read again");
            assertTrue(measuring.nanos(Measuring.MOMENTS, 1) > 0);
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
            plain.enqueue(0, EXPONENTS, HostTensor.of(tensor.toArray()), null);
            // At the beginning of a run, inside one, behind one that is looked at, and in one of its own.
            for (long border : new long[] {3 * Workers.GRAIN, 1030, 1100, SIZE - 1}) {
                Tensor measured = inTwoParts(tensor, border, EXPONENTS);
                assertEquals(plain.result(0), measured.measured(EXPONENTS).orElseThrow(), "border " + border);
                assertTrue(
                        measured.measured(new Reduction.ToExponents(1)).isEmpty(),
                        "those of another stride are not known");
            }
        }
    }

    @Test
    void tailsAndRowsOfPartsAreThoseOfTheWhole() {
        SplittableRandom random = new SplittableRandom(13);
        try (Arena arena = Arena.ofShared()) {
            Tensor tensor = Tensor.zeros(arena, 9, 37);
            for (int i = 0; i < tensor.size(); i++) {
                tensor.set(i, (float) random.nextGaussian());
            }
            tensor.set(5 * 37 + 3, Float.NaN);
            HostReducer plain = new HostReducer();
            HostTensor copy = new HostTensor(tensor.toArray(), tensor.rows(), tensor.columns());
            plain.enqueue(0, TAIL, copy, null);
            plain.enqueue(1, TensorRows.ROWS, copy, null);
            plain.enqueue(2, BROKEN, copy, null);

            Tensor measured = inTwoParts(tensor, 4 * 37, TAIL, TensorRows.ROWS, BROKEN);
            assertEquals(plain.result(0), measured.measured(TAIL).orElseThrow());
            assertEquals(plain.result(2), measured.measured(BROKEN).orElseThrow());
            RowNorms expected = (RowNorms) plain.result(1);
            RowNorms rows = measured.measured(TensorRows.ROWS).orElseThrow();
            assertEquals(8, rows.rows());
            assertEquals(1, rows.broken());
            assertEquals(expected.rms(), rows.rms(), 1e-6 * expected.rms());
            assertEquals(expected.largest(), rows.largest(), 1e-6 * expected.largest());

            Tensor cut = inTwoParts(tensor, 4 * 37 + 1, TAIL, TensorRows.ROWS);
            assertEquals(plain.result(0), cut.measured(TAIL).orElseThrow());
            assertTrue(cut.measured(TensorRows.ROWS).isEmpty(), "a row in two parts is measured by neither");
        }
    }

    @Test
    void shapesOfPartsAreThatOfTheWhole() {
        SplittableRandom random = new SplittableRandom(14);
        try (Arena arena = Arena.ofShared()) {
            Tensor tensor = Tensor.zeros(arena, 1, SIZE);
            for (int i = 0; i < SIZE; i++) {
                tensor.set(i, i % 7 == 0 ? 0 : (float) (1 + random.nextGaussian()));
            }
            tensor.set(1031, Float.NaN);
            HostReducer plain = new HostReducer();
            plain.enqueue(0, SHAPE, HostTensor.of(tensor.toArray()), null);
            Shape whole = (Shape) plain.result(0);
            for (long border : new long[] {3 * Workers.GRAIN, 1030, SIZE - 1}) {
                Shape parts = inTwoParts(tensor, border, SHAPE).measured(SHAPE).orElseThrow();
                assertEquals(whole.finite(), parts.finite(), "border " + border);
                assertEquals(whole.zeros(), parts.zeros(), "border " + border);
                assertEquals(whole.mean(), parts.mean(), 1e-6, "border " + border);
                assertEquals(whole.kurtosis(), parts.kurtosis(), 1e-5, "border " + border);
            }
        }
    }

    @Test
    void whatNeedsTheWholeTensorIsNotTakenOfParts() {
        List<Reduction<?>> due = List.of(new Reduction.ToNorms(), Measuring.MOMENTS, new Reduction.ToColumns(), TAIL);
        assertEquals(List.of(Measuring.MOMENTS, TAIL), Measuring.of(due));
    }

    private static Tensor inTwoParts(Tensor tensor, long border, Reduction<?>... taken) {
        Measuring measuring = new Measuring(List.of(taken), 2, System::nanoTime);
        measuring.part(1, tensor, border, tensor.size());
        measuring.part(0, tensor, 0, border);
        return tensor.measured(measuring.known());
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
