package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import observatory.trainer.Precision;
import observatory.trainer.SplitMix;

/**
 * A device on which single kernels are tried: every buffer lies between two guards that no kernel may touch, and what
 * is to be written holds NaN before.
 */
final class KernelRig implements AutoCloseable {
    private static final int GUARD = 256;
    private static final byte MARK = 0x5a;
    /** So few that small tensors are gone over several times, as only large ones are in a run. */
    private static final int MOST_BLOCKS = 8;

    private final Arena arena = Arena.ofConfined();
    private final List<Buffer> buffers = new ArrayList<>();
    final Device device = new Device();
    final Precision precision;
    final Elements format;
    final Kernels kernels;
    final Operations ops;

    private record Buffer(long address, long bytes) {}

    KernelRig(Precision precision) {
        this.precision = precision;
        this.format = Elements.of(precision);
        this.kernels = new Kernels(device, format.name());
        this.ops = Operations.of(kernels, new Blocks(16 / format.bytes(), MOST_BLOCKS));
    }

    /** Numbers drawn for their place, normal, as the format of the run holds them. */
    float[] drawn(int count, long seed) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) SplitMix.gaussian(seed, i);
        }
        return rounded(values);
    }

    /** What the format makes of values. */
    float[] rounded(float[] values) {
        if (precision == Precision.FP32) {
            return values;
        }
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = widen(narrow(values[i]));
        }
        return rounded;
    }

    /** A tensor in the format of the run. */
    long elements(float[] values) {
        if (format.bytes() == Float.BYTES) {
            return floats(values);
        }
        MemorySegment memory = arena.allocate(JAVA_SHORT, values.length);
        for (int i = 0; i < values.length; i++) {
            memory.setAtIndex(JAVA_SHORT, i, narrow(values[i]));
        }
        return place(memory);
    }

    long floats(float[] values) {
        return place(arena.allocateFrom(JAVA_FLOAT, values));
    }

    long ints(int... values) {
        return place(arena.allocateFrom(JAVA_INT, values));
    }

    /** So many bytes, all of them 0xff, which is NaN in every format. */
    long poisoned(long bytes) {
        return place(arena.allocate(bytes, 8).fill((byte) 0xff));
    }

    long poisonedElements(int count) {
        return poisoned((long) count * format.bytes());
    }

    long zeros(long bytes) {
        return place(arena.allocate(bytes, 8));
    }

    MemorySegment bytes(long address, long count) {
        MemorySegment memory = arena.allocate(count, 16);
        device.toHost(memory, address);
        device.await();
        return memory;
    }

    float[] readFloats(long address, int count) {
        return bytes(address, (long) count * Float.BYTES).toArray(JAVA_FLOAT);
    }

    float[] readElements(long address, int count) {
        if (format.bytes() == Float.BYTES) {
            return readFloats(address, count);
        }
        MemorySegment memory = bytes(address, (long) count * Short.BYTES);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = widen(memory.getAtIndex(JAVA_SHORT, i));
        }
        return values;
    }

    /** Whether every guard is as it was. */
    boolean guardsHold() {
        for (Buffer buffer : buffers) {
            MemorySegment all = bytes(buffer.address - GUARD, buffer.bytes + 2 * GUARD);
            for (int i = 0; i < GUARD; i++) {
                if (all.get(JAVA_BYTE, i) != MARK || all.get(JAVA_BYTE, GUARD + buffer.bytes + i) != MARK) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void close() {
        kernels.close();
        device.close();
        arena.close();
    }

    private long place(MemorySegment content) {
        long bytes = content.byteSize();
        MemorySegment guarded = arena.allocate(bytes + 2 * GUARD, 16).fill(MARK);
        MemorySegment.copy(content, 0, guarded, GUARD, bytes);
        long address = device.allocate(bytes + 2 * GUARD);
        device.toDevice(address, guarded);
        device.await();
        buffers.add(new Buffer(address + GUARD, bytes));
        return address + GUARD;
    }

    private short narrow(float value) {
        return precision == Precision.FP16 ? Float.floatToFloat16(value) : bfloat16(value);
    }

    private float widen(short bits) {
        return precision == Precision.FP16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
    }

    /** To nearest even. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) (Float.isNaN(value) ? 0x7fff : bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }
}
