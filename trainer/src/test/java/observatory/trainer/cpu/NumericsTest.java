package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Moments;
import observatory.probe.Reduction;
import observatory.trainer.Precision;
import observatory.trainer.SplitMix;
import org.junit.jupiter.api.Test;

/** The fast loops against slow, plain ones. */
class NumericsTest {
    @Test
    void theExponentialIsGoodToTwoUnitsInTheLastPlace() {
        float[] x = new float[FloatVector.SPECIES_PREFERRED.length()];
        for (double at = -87; at < 88; at += 0.37) {
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (at + 0.01 * i);
            }
            float[] y = Vectors.exp(FloatVector.fromArray(Vectors.WIDE, x, 0)).toArray();
            for (int i = 0; i < x.length; i++) {
                double exact = Math.exp(x[i]);
                assertEquals(exact, y[i], 2.4e-7 * exact, "exp(" + x[i] + ")");
            }
        }
        assertTrue(Float.isNaN(Vectors.exp(Vectors.broadcast(Float.NaN)).lane(0)));
    }

    @Test
    void momentsAgreeWithThePlainReducerOnEverySize() {
        HostReducer plain = new HostReducer();
        try (Arena arena = Arena.ofConfined()) {
            for (int size : new int[] {1, 7, 16, 33, 8192, 8193, 20_011}) {
                for (boolean broken : new boolean[] {false, true}) {
                    Tensor tensor = Tensor.zeros(arena, 1, size);
                    for (int i = 0; i < size; i++) {
                        tensor.set(i, (float) SplitMix.gaussian(9, i));
                    }
                    if (broken) {
                        tensor.set(size / 2, Float.NEGATIVE_INFINITY);
                        tensor.set(size - 1, Float.NaN);
                    }
                    plain.enqueue(0, new Reduction.ToMoments(), HostTensor.of(tensor.toArray()), null);
                    Moments expected = (Moments) plain.result(0);
                    Moments found = TensorMoments.of(tensor);
                    assertEquals(expected.count(), found.count());
                    assertEquals(expected.nan(), found.nan());
                    assertEquals(expected.infinite(), found.infinite());
                    assertEquals(expected.absMax(), found.absMax());
                    assertEquals(expected.sum(), found.sum(), 1e-5 * size);
                    assertEquals(expected.sumOfSquares(), found.sumOfSquares(), 1e-5 * size);
                }
            }
        }
    }

    @Test
    void halfPrecisionKeepsItsOwnNumbersAndRoundsTheRest() {
        try (Arena arena = Arena.ofConfined();
                Workers workers = new Workers(1)) {
            Rounding half = new Rounding(workers, Precision.FP16);
            Tensor every = Tensor.zeros(arena, 1, 1 << 16);
            for (int bits = 0; bits < 1 << 16; bits++) {
                every.set(bits, Float.float16ToFloat((short) bits));
            }
            float[] before = every.toArray();
            half.round(every);
            for (int bits = 0; bits < 1 << 16; bits++) {
                assertEquals(before[bits], every.get(bits), "bits " + Integer.toHexString(bits));
            }
            assertEquals(Float.POSITIVE_INFINITY, rounded(arena, half, 65520));
            assertEquals(65504, rounded(arena, half, Math.nextDown(65520f)));
            assertEquals(0, rounded(arena, half, 0x1p-25f), "a tie goes to even, which is zero");
            assertEquals(0x1p-24f, rounded(arena, half, Math.nextUp(0x1p-25f)));
            assertEquals(2048, rounded(arena, half, 2049), "ties go to even");
            assertEquals(2052, rounded(arena, half, 2051));
        }
    }

    /**
     * Against rounding in exact arithmetic: the nearer of the two neighbours with 8 significant bits, the even
     * one in a tie.
     */
    @Test
    void brainFloatsAreTheNearestAndTiesGoToEven() {
        try (Arena arena = Arena.ofConfined();
                Workers workers = new Workers(1)) {
            Rounding brain = new Rounding(workers, Precision.BF16);
            for (int i = 0; i < 20_000; i++) {
                float value = Float.intBitsToFloat((int) SplitMix.bits(31, i));
                if (!Float.isFinite(value)) {
                    continue;
                }
                int below = Float.floatToRawIntBits(value) & 0xffff0000;
                double low = Float.intBitsToFloat(below);
                // Beyond the largest bf16 the next neighbour would be 2^128.
                double high = (below & 0x7fff0000) == 0x7f7f0000
                        ? Math.copySign(0x1p128, value)
                        : Float.intBitsToFloat(below + 0x10000);
                double toLow = Math.abs(value - low);
                double toHigh = Math.abs(high - value);
                boolean even = (below >>> 16 & 1) == 0;
                double expected = toLow < toHigh || toLow == toHigh && even ? low : high;
                assertEquals((float) expected, rounded(arena, brain, value), "bits " + Float.toHexString(value));
            }
            assertEquals(0, Float.compare(Float.NEGATIVE_INFINITY, rounded(arena, brain, Float.NEGATIVE_INFINITY)));
            assertTrue(Float.isNaN(rounded(arena, brain, Float.intBitsToFloat(0x7f800001))));
            assertEquals(Float.POSITIVE_INFINITY, rounded(arena, brain, Float.MAX_VALUE));
            assertEquals(Precision.BF16.largest(), rounded(arena, brain, (float) Precision.BF16.largest()));
        }
    }

    private static float rounded(Arena arena, Rounding rounding, float value) {
        Tensor one = Tensor.zeros(arena, 1, 1);
        one.set(0, value);
        rounding.round(one);
        return one.get(0);
    }
}
