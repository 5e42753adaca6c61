package observatory.analysis.spectrum.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks over the fields of a protocol-buffer message of any size (protobuf.dev/programming-guides/encoding) without
 * copying: {@link #next}, then the reader that fits. Every length is checked against the message it stands in.
 */
final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final Bytes file;
    private final long end;
    private long at;
    private int field;
    private int type;
    private long number;
    private long from;
    private long to;

    Protobuf(Bytes file) {
        this(file, 0, file.size());
    }

    private Protobuf(Bytes file, long from, long end) {
        this.file = file;
        this.at = from;
        this.end = end;
    }

    /** Goes to the next field; false at the end of the message. */
    boolean next() {
        if (at >= end) {
            return false;
        }
        long began = at;
        long key = varint();
        field = (int) (key >>> 3);
        type = (int) (key & 7);
        if (field <= 0) {
            throw file.bad(began, "field number " + field + " in a protocol-buffer message");
        }
        from = at;
        switch (type) {
            case VARINT -> number = varint();
            case FIXED64 -> at += 8;
            case FIXED32 -> at += 4;
            case BYTES -> {
                long length = varint();
                from = at;
                if (length < 0 || length > end - at) {
                    throw file.bad(
                            began,
                            "field " + field + " needs " + Long.toUnsignedString(length) + " bytes and its message has "
                                    + (end - at) + " left");
                }
                at += length;
            }
            default -> throw file.bad(began, "wire type " + type + " in a protocol-buffer message");
        }
        if (at > end) {
            throw file.bad(began, "a number is cut off");
        }
        to = at;
        return true;
    }

    int field() {
        return field;
    }

    boolean isBytes(int number) {
        return field == number && type == BYTES;
    }

    long number() {
        expect(VARINT);
        return number;
    }

    /** A repeated number: one of them, or all of them packed. */
    List<Long> numbers() {
        if (type == VARINT) {
            return List.of(number);
        }
        expect(BYTES);
        List<Long> numbers = new ArrayList<>();
        Protobuf packed = new Protobuf(file, from, to);
        while (packed.at < packed.end) {
            numbers.add(packed.varint());
        }
        return numbers;
    }

    String text() {
        return new String(packed().toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    MemorySegment packed() {
        expect(BYTES);
        return file.all().asSlice(from, to - from);
    }

    Protobuf message() {
        expect(BYTES);
        return new Protobuf(file, from, to);
    }

    private void expect(int wanted) {
        if (type != wanted) {
            throw file.bad(from, "field " + field + " has wire type " + type + " where " + wanted + " belongs");
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw file.bad(at, "a number is cut off");
            }
            int next = file.unsignedByte(at++);
            value |= (long) (next & 127) << shift;
            if (next < 128) {
                return value;
            }
        }
        throw file.bad(at, "a number of more than ten bytes");
    }
}
