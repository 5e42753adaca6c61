package observatory.analysis.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Walks over the fields of one protocol-buffer message (protobuf.dev/programming-guides/encoding): {@link #next}, then
 * the reader that fits {@link #type}. Throws {@link Malformed} on anything that is not a message, and copies nothing.
 */
final class Wire {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    /** The bytes are no protocol-buffer message. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    private final ByteBuffer bytes;
    private int field;
    private int type;

    Wire(ByteBuffer bytes) {
        this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Goes to the next field; false at the end of the message. */
    boolean next() throws Malformed {
        if (!bytes.hasRemaining()) {
            return false;
        }
        long key = varint();
        field = (int) (key >>> 3);
        type = (int) (key & 7);
        if (field <= 0) {
            throw new Malformed("field number " + field);
        }
        return true;
    }

    int field() {
        return field;
    }

    /** Whether the field at hand has this number and this wire type. */
    boolean at(int number, int wireType) {
        return field == number && type == wireType;
    }

    long varint() throws Malformed {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            need(1);
            byte next = bytes.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new Malformed("a number of more than ten bytes");
    }

    double fixedDouble() throws Malformed {
        need(8);
        return bytes.getDouble();
    }

    float fixedFloat() throws Malformed {
        need(4);
        return bytes.getFloat();
    }

    /** A view of a length-delimited field. */
    ByteBuffer block() throws Malformed {
        long length = varint();
        if (length < 0 || length > bytes.remaining()) {
            throw new Malformed("a field of " + length + " bytes where " + bytes.remaining() + " are left");
        }
        ByteBuffer view = bytes.slice(bytes.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + (int) length);
        return view;
    }

    void skip() throws Malformed {
        switch (type) {
            case VARINT -> varint();
            case FIXED64 -> fixedDouble();
            case BYTES -> block();
            case FIXED32 -> fixedFloat();
            default -> throw new Malformed("wire type " + type);
        }
    }

    private void need(int count) throws Malformed {
        if (bytes.remaining() < count) {
            throw new Malformed("a field ends after " + bytes.remaining() + " of " + count + " bytes");
        }
    }
}
