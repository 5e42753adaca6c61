package observatory.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Traces of the published scalers, run on one pattern of overflows: log2 of the scale after each step. */
class LossScalerTest {
    private static final int[] OVERFLOW = {1, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0};

    @Test
    void movesLikePyTorch() {
        assertArrayEquals(
                new int[] {15, 14, 14, 14, 14, 15, 15, 14, 14, 13, 13, 13, 13, 14, 14, 14}, trace(LossScaling.TORCH));
    }

    @Test
    void movesLikeMegatronAndDeepSpeed() {
        int[] expected = {16, 15, 15, 15, 15, 16, 16, 16, 16, 15, 15, 15, 15, 16, 16, 16};
        assertArrayEquals(expected, trace(LossScaling.MEGATRON));
        assertArrayEquals(expected, trace(LossScaling.DEEPSPEED));
    }

    @Test
    void movesLikeMetaseq() {
        assertArrayEquals(
                new int[] {15, 14, 15, 16, 16, 17, 17, 16, 16, 15, 15, 16, 16, 17, 17, 17}, trace(LossScaling.OPT));
    }

    @Test
    void endsAsTheyDo() {
        LossScaler torch = LossScaling.TORCH.withInitial(0x1p127).withWindow(1).start(Precision.FP16);
        assertEquals(0x1p127, torch.after(false).scale(), "never to infinity");
        LossScaler megatron = LossScaling.MEGATRON.withInitial(1).start(Precision.FP16);
        LossScaler opt = LossScaling.OPT.withInitial(0x1p-4).start(Precision.FP16);
        for (int i = 0; i < 5; i++) {
            megatron = megatron.after(true);
            opt = opt.after(true);
        }
        assertEquals(1, megatron.scale());
        assertEquals(0x1p-5, opt.scale());
        LossScaler deepSpeed =
                LossScaling.DEEPSPEED.withInitial(1).start(Precision.FP16).after(true);
        assertTrue(assertThrows(LossScaler.Exhausted.class, () -> deepSpeed.after(true))
                .getMessage()
                .contains("already at its minimum"));
    }

    @Test
    void onlyHalfPrecisionIsScaled() {
        for (LossScaling.Kind kind : LossScaling.Kind.values()) {
            for (Precision precision : new Precision[] {Precision.FP32, Precision.BF16}) {
                LossScaler scaler = LossScaling.of(kind).start(precision);
                assertEquals(1, scaler.scale());
                assertEquals(1, scaler.after(true).scale());
            }
        }
        LossScaler fixed = LossScaling.STATIC.start(Precision.FP16);
        assertEquals(fixed.scale(), fixed.after(true).scale());
    }

    private static int[] trace(LossScaling scaling) {
        LossScaler scaler = scaling.withInitial(65536).withWindow(4).start(Precision.FP16);
        int[] trace = new int[OVERFLOW.length];
        for (int i = 0; i < OVERFLOW.length; i++) {
            scaler = scaler.after(OVERFLOW[i] == 1);
            trace[i] = Math.getExponent(scaler.scale());
        }
        return trace;
    }
}
