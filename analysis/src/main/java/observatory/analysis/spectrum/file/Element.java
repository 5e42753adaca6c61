package observatory.analysis.spectrum.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** How one element of a weight lies in its file. Every one of them is exact in a double. */
public enum Element {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    /** Four exponent bits with bias 7, three of mantissa; no infinities, NaN is all ones (OCP 8-bit formats, 2023). */
    F8_E4M3(1),
    /** Five exponent bits with bias 15, two of mantissa: the upper half of an F16. */
    F8_E5M2(1);

    private final int bytes;

    Element(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    /** Reads elements {@code stride} apart into an array. */
    void read(MemorySegment from, ByteOrder order, long first, long stride, double[] to) {
        switch (this) {
            case F64 -> {
                var layout = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order);
                for (int i = 0; i < to.length; i++) {
                    to[i] = from.get(layout, (first + i * stride) * Double.BYTES);
                }
            }
            case F32 -> {
                var layout = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order);
                for (int i = 0; i < to.length; i++) {
                    to[i] = from.get(layout, (first + i * stride) * Float.BYTES);
                }
            }
            case F16 -> {
                var layout = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order);
                for (int i = 0; i < to.length; i++) {
                    to[i] = Float.float16ToFloat(from.get(layout, (first + i * stride) * Short.BYTES));
                }
            }
            case BF16 -> {
                var layout = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order);
                for (int i = 0; i < to.length; i++) {
                    to[i] = Float.intBitsToFloat(from.get(layout, (first + i * stride) * Short.BYTES) << 16);
                }
            }
            case F8_E4M3 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = e4m3(from.get(JAVA_BYTE, first + i * stride));
                }
            }
            case F8_E5M2 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = Float.float16ToFloat((short) (from.get(JAVA_BYTE, first + i * stride) << 8));
                }
            }
        }
    }

    private static double e4m3(byte bits) {
        int exponent = bits >> 3 & 15;
        int mantissa = bits & 7;
        double size = exponent == 15 && mantissa == 7
                ? Double.NaN
                : exponent == 0 ? Math.scalb((double) mantissa, -9) : Math.scalb(8.0 + mantissa, exponent - 10);
        return bits < 0 ? -size : size;
    }
}
