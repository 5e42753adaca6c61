package observatory.analysis.log;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes event files as TensorBoard does; the checksum is computed bit by bit, not by the class under test. */
public final class EventFile {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public EventFile() {
        record(message(fixed64(1, 1e9), text(3, "brain.Event:2")));
    }

    /** A scalar of the first generation. */
    public EventFile scalar(long step, String tag, float value) {
        return value(step, message(text(1, tag), fixed32(2, value)));
    }

    /** A scalar of the second generation: a tensor with this body. */
    public EventFile tensor(long step, String tag, byte[] tensor) {
        return value(step, message(text(1, tag), block(8, tensor), block(9, message(text(2, "scalars")))));
    }

    public EventFile histogram(long step, String tag) {
        return value(step, message(text(1, tag), block(5, message(fixed64(1, 0), fixed64(2, 1)))));
    }

    public EventFile start(long step) {
        return record(message(fixed64(1, 1e9), varint(2, step), block(7, message(varint(1, 1)))));
    }

    private EventFile value(long step, byte[] value) {
        return record(message(fixed64(1, 1e9 + step), varint(2, step), block(5, message(block(1, value)))));
    }

    public EventFile record(byte[] data) {
        byte[] length = little(8).putLong(data.length).array();
        bytes.writeBytes(length);
        bytes.writeBytes(little(4).putInt(masked(length)).array());
        bytes.writeBytes(data);
        bytes.writeBytes(little(4).putInt(masked(data)).array());
        return this;
    }

    /** A record that claims this length, with a sound checksum of the length and nothing behind it. */
    public EventFile claim(long length) {
        byte[] claimed = little(8).putLong(length).array();
        bytes.writeBytes(claimed);
        bytes.writeBytes(little(4).putInt(masked(claimed)).array());
        return this;
    }

    public byte[] bytes() {
        return bytes.toByteArray();
    }

    /** CRC-32C by its definition: polynomial 0x1EDC6F41, reflected, one bit at a time; then TensorFlow's mask. */
    static int masked(byte[] data) {
        int crc = ~0;
        for (byte b : data) {
            crc ^= b & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
            }
        }
        crc = ~crc;
        return ((crc >>> 15) | (crc << 17)) + 0xA282EAD8;
    }

    static byte[] message(byte[]... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] field : fields) {
            out.writeBytes(field);
        }
        return out.toByteArray();
    }

    static byte[] varint(int field, long value) {
        return message(number((long) field << 3), number(value));
    }

    static byte[] fixed64(int field, double value) {
        return message(number((long) field << 3 | 1), little(8).putDouble(value).array());
    }

    static byte[] fixed32(int field, float value) {
        return message(number((long) field << 3 | 5), little(4).putFloat(value).array());
    }

    static byte[] block(int field, byte[] body) {
        return message(number((long) field << 3 | 2), number(body.length), body);
    }

    static byte[] text(int field, String text) {
        return block(field, text.getBytes(StandardCharsets.UTF_8));
    }

    static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] number(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return out.toByteArray();
    }
}
