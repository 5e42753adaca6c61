package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import observatory.trainer.FixedPositions;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Position;

/** Tables that are computed once and not trained, on the device. */
record FixedTables(Device device, ModelSpec spec, Elements format) {

    /** Sinusoidal positions, ALiBi slopes and rotations; 0 or empty where there are none. */
    record Uploaded(long positions, long slopes, Optional<HeadKernels.Rotation> rotation) {}

    Uploaded upload() {
        return new Uploaded(
                spec.position() == Position.SINUSOIDAL ? elements(FixedPositions.sinusoids(spec)) : 0,
                spec.position() == Position.ALIBI ? floats(FixedPositions.slopes(spec.heads())) : 0,
                spec.position() == Position.ROTARY ? Optional.of(rotation()) : Optional.empty());
    }

    private HeadKernels.Rotation rotation() {
        double[] angles = FixedPositions.angles(spec);
        float[] cosines = new float[angles.length];
        float[] sines = new float[angles.length];
        for (int i = 0; i < angles.length; i++) {
            cosines[i] = (float) StrictMath.cos(angles[i]);
            sines[i] = (float) StrictMath.sin(angles[i]);
        }
        return new HeadKernels.Rotation(floats(cosines), floats(sines));
    }

    private long floats(float[] values) {
        try (Arena arena = Arena.ofConfined()) {
            return upload(arena.allocateFrom(JAVA_FLOAT, values));
        }
    }

    private long elements(float[] values) {
        if (format.bytes() == Float.BYTES) {
            return floats(values);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rounded = arena.allocate(JAVA_SHORT, values.length);
            for (int i = 0; i < values.length; i++) {
                short bits = format.name().equals("f16") ? Float.floatToFloat16(values[i]) : bfloat16(values[i]);
                rounded.setAtIndex(JAVA_SHORT, i, bits);
            }
            return upload(rounded);
        }
    }

    /** To nearest even; the tables are finite. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    private long upload(MemorySegment values) {
        long address = device.allocate(values.byteSize());
        device.toDevice(address, values);
        device.await();
        return address;
    }
}
