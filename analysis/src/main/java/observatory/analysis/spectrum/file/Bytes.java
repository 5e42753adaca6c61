package observatory.analysis.spectrum.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The bytes of a file, or of one entry of an archive, with the checks that keep a hostile header from asking for more
 * than there is. Maps the file, so that a checkpoint of any size costs no heap.
 */
record Bytes(Path file, MemorySegment all) {
    static Bytes map(Path file, Arena arena) {
        if (!Files.exists(file)) {
            throw new WeightFileException(file, 0, "no such file", "check the path");
        }
        if (!Files.isRegularFile(file)) {
            throw new WeightFileException(file, 0, "a folder, a device or a pipe", "write the weights to a file first");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Bytes(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            throw new WeightFileException(file, e);
        }
    }

    long size() {
        return all.byteSize();
    }

    int unsignedByte(long offset) {
        return Byte.toUnsignedInt(slice(offset, 1, "a byte").get(JAVA_BYTE, 0));
    }

    /** A little-endian number of 8 bytes. */
    long number(long offset, String what) {
        return slice(offset, Long.BYTES, what).get(JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    }

    String text(long offset, long length, String what) {
        return new String(slice(offset, length, what).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    MemorySegment slice(long offset, long length, String what) {
        if (offset < 0 || length < 0 || length > size() - offset) {
            throw bad(
                    Math.max(0, offset),
                    what + " needs " + Long.toUnsignedString(length) + " bytes and the file ends at " + size());
        }
        return all.asSlice(offset, length);
    }

    /** The bytes of a tensor, whose length its shape decides. */
    MemorySegment tensor(long offset, String name, List<Long> shape, Element element) {
        return slice(offset, length(offset, name, shape, element), "tensor " + name);
    }

    long length(long offset, String name, List<Long> shape, Element element) {
        long length = element.bytes();
        for (long extent : shape) {
            if (extent < 0) {
                throw bad(offset, "tensor " + name + " has a negative extent: shape=" + shape);
            }
            try {
                length = Math.multiplyExact(length, extent);
            } catch (ArithmeticException e) {
                throw bad(offset, "tensor " + name + " is larger than any memory: shape=" + shape);
            }
        }
        return length;
    }

    WeightFileException bad(long offset, String reason) {
        return new WeightFileException(file, offset, reason, "copy the file again, it is cut off or damaged");
    }
}
