package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import observatory.trainer.Precision;

/**
 * Rounds tensors in place to the format a GPU would have written, ties to even: fp16 is infinite from 65520 up, keeps
 * subnormals and is zero at 2⁻²⁵ and below; bf16 is the upper half of a float.
 */
final class Rounding {
    private static final int BLOCK = 4096;

    private final Workers workers;
    private Precision precision;

    Rounding(Workers workers, Precision precision) {
        this.workers = workers;
        this.precision = precision;
    }

    Precision precision() {
        return precision;
    }

    void to(Precision other) {
        precision = other;
    }

    void round(Tensor tensor) {
        if (precision != Precision.FP32) {
            workers.overElements(tensor, (from, to) -> round(tensor.data(), from, to));
        }
    }

    /** A run of elements on the calling thread. */
    void round(MemorySegment data, long from, long to) {
        if (precision == Precision.FP32) {
            return;
        }
        float[] block = new float[(int) Math.min(BLOCK, to - from)];
        for (long at = from; at < to; at += BLOCK) {
            int count = (int) Math.min(BLOCK, to - at);
            MemorySegment.copy(data, JAVA_FLOAT, at * Float.BYTES, block, 0, count);
            // Arrays, because each of these loops becomes vector instructions.
            switch (precision) {
                case FP16 -> half(block, count);
                case BF16 -> brain(block, count);
                case FP32 -> {}
            }
            MemorySegment.copy(block, 0, data, JAVA_FLOAT, at * Float.BYTES, count);
        }
    }

    private static void half(float[] block, int count) {
        for (int i = 0; i < count; i++) {
            block[i] = Float.float16ToFloat(Float.floatToFloat16(block[i]));
        }
    }

    private static void brain(float[] block, int count) {
        for (int i = 0; i < count; i++) {
            int bits = Float.floatToRawIntBits(block[i]);
            // Half of the last kept place, less one where that place is even: ties go to even, and carries to infinity.
            int rounded = (bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000;
            // A NaN must not be carried into an infinity: it stays one, and quiet.
            block[i] =
                    Float.intBitsToFloat((bits & 0x7fffffff) > 0x7f800000 ? (bits & 0xffff0000) | 0x400000 : rounded);
        }
    }
}
