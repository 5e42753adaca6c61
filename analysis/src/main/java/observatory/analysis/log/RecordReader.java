package observatory.analysis.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The records of a TFRecord file, one after another (tensorboard/summary/writer/record_writer.py): a little-endian
 * 8-byte length and its masked CRC-32C, then the data and theirs. A record with damaged data is skipped and counted; a
 * damaged length or a torn end ends the file, because nothing tells where the next record begins.
 */
final class RecordReader implements AutoCloseable {
    static final long LONGEST = 64L << 20;
    static final int HEADER = 12;

    private final Path file;
    private final InputStream in;
    private long offset;
    private long skipped;
    private Optional<String> stopped = Optional.empty();

    private boolean damaged;

    RecordReader(LogSource source, Path file) {
        this.file = file;
        this.in = source.follow(file);
    }

    /** The next undamaged record; empty at the end. */
    Optional<byte[]> next() {
        while (stopped.isEmpty()) {
            byte[] header = read(HEADER);
            if (header.length == 0) {
                return Optional.empty();
            }
            if (header.length < HEADER) {
                return torn();
            }
            if (!lengthIsSound(header)) {
                damaged = true;
                stopped = Optional.of(file.getFileName() + " is damaged at byte " + offset
                        + ": the length of a record fails its checksum; what came before was read");
                return Optional.empty();
            }
            long length = little(header).getLong();
            if (length < 0 || length > LONGEST) {
                throw new LogException(
                        file,
                        offset,
                        "a record may have at most " + LONGEST + " bytes: length=" + length,
                        "this is no event file of a training run, or not one to trust");
            }
            byte[] data = read((int) length);
            byte[] sum = read(4);
            if (sum.length < 4) {
                return torn();
            }
            offset += HEADER + length + 4;
            if (little(sum).getInt() == masked(data, data.length)) {
                return Optional.of(data);
            }
            skipped++;
        }
        return Optional.empty();
    }

    /** Where the next record begins. */
    long offset() {
        return offset;
    }

    /** Records left out because their data failed the checksum. */
    long skipped() {
        return skipped;
    }

    /** Why reading ended before the end of the file, as a sentence. */
    Optional<String> stopped() {
        return stopped;
    }

    static boolean lengthIsSound(byte[] header) {
        return header.length >= HEADER && little(header).getInt(8) == masked(header, 8);
    }

    /** The CRC-32C of the first bytes, rotated and shifted as TensorFlow stores it. */
    static int masked(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xA282EAD8;
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Whether it was damage that ended the reading, and not the end of the file. */
    boolean damaged() {
        return damaged;
    }

    private Optional<byte[]> torn() {
        stopped = Optional.of(file.getFileName() + " ends inside a record that begins at byte " + offset
                + ", as the log of a run that is still going or was killed");
        return Optional.empty();
    }

    private byte[] read(int length) {
        try {
            return in.readNBytes(length);
        } catch (IOException e) {
            throw new LogException(file, offset, e);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new LogException(file, offset, e);
        }
    }
}
