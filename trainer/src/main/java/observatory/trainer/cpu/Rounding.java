package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import observatory.trainer.Precision;

/** Rounds tensors in place to the format a GPU would have written: fp16 to nearest even, infinite from 65520 up, subnormals kept. */
final class Rounding {
    private static final int BLOCK = 4096;

    private final Workers workers;
    private final Precision precision;

    Rounding(Workers workers, Precision precision) {
        this.workers = workers;
        this.precision = precision;
    }

    void round(Tensor tensor) {
        switch (precision) {
            case FP32 -> {}
            case FP16 -> workers.overElements(tensor, (from, to) -> half(tensor.data(), from, to));
        }
    }

    private static void half(MemorySegment data, long from, long to) {
        float[] block = new float[(int) Math.min(BLOCK, to - from)];
        for (long at = from; at < to; at += BLOCK) {
            int count = (int) Math.min(BLOCK, to - at);
            MemorySegment.copy(data, JAVA_FLOAT, at * Float.BYTES, block, 0, count);
            // Arrays, because this loop becomes one vector instruction each way.
            for (int i = 0; i < count; i++) {
                block[i] = Float.float16ToFloat(Float.floatToFloat16(block[i]));
            }
            MemorySegment.copy(block, 0, data, JAVA_FLOAT, at * Float.BYTES, count);
        }
    }
}
