package observatory.trainer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Unsigned little-endian ids of one, two or four bytes each, in memory or mapped from a file. */
public record StoredTokens(MemorySegment data, int bytesEach) implements Tokens {
    private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public static StoredTokens ofText(byte[] text) {
        return new StoredTokens(MemorySegment.ofArray(text), 1);
    }

    public static StoredTokens ofIds(int[] ids) {
        return new StoredTokens(MemorySegment.ofArray(ids), Integer.BYTES);
    }

    /** Maps a file; its pages are read as batches need them and freed with the last reference. */
    public static StoredTokens map(Path file, int bytesEach) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() % bytesEach != 0) {
                throw new IllegalArgumentException("a file of " + 8 * bytesEach + "-bit tokens has a multiple of "
                        + bytesEach + " bytes: " + file + " has " + channel.size() + "; it may be cut short");
            }
            return new StoredTokens(
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()), bytesEach);
        }
    }

    @Override
    public long size() {
        return data.byteSize() / bytesEach;
    }

    @Override
    public void copy(long from, int[] into, int at, int count) {
        for (int i = 0; i < count; i++) {
            long byteAt = (from + i) * bytesEach;
            into[at + i] = switch (bytesEach) {
                case 1 -> data.get(JAVA_BYTE, byteAt) & 0xff;
                case 2 -> data.get(SHORT, byteAt) & 0xffff;
                default -> data.get(INT, byteAt);
            };
        }
    }
}
