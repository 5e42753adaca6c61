package observatory.analysis.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The records of a {@code .wandb} file (wandb/sdk/internal/datastore.py): blocks of 32,768 bytes as in a LevelDB log,
 * each piece with CRC-32 of type and data, length and type. A damaged piece loses its record; a torn end is no error.
 */
final class WandbRecords implements AutoCloseable {
    static final byte[] MAGIC = {':', 'W', '&', 'B', (byte) 0xE1, (byte) 0xBE, 0};
    private static final int BLOCK = 32_768;
    private static final int HEADER = 7;
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int MIDDLE = 3;
    private static final int LAST = 4;
    private static final int LONGEST = 64 << 20;

    private final Path file;
    private final InputStream in;
    private long offset;
    private long skipped;
    private boolean torn;

    WandbRecords(LogSource source, Path file) {
        this.file = file;
        this.in = source.follow(file);
        if (read(MAGIC.length).length < MAGIC.length) {
            torn = true;
        }
    }

    /** The next whole record; empty at the end. */
    Optional<byte[]> next() {
        ByteArrayOutputStream record = null;
        while (!torn) {
            int left = (int) (BLOCK - offset % BLOCK);
            if (left < HEADER) {
                torn = read(left).length < left; // zeros fill a block that has no room for a header
                continue;
            }
            byte[] header = read(HEADER);
            if (header.length < HEADER) {
                torn = header.length > 0;
                return Optional.empty();
            }
            ByteBuffer head = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
            int length = head.getShort(4) & 0xFFFF;
            int type = header[6];
            byte[] data = read(length);
            if (data.length < length) {
                torn = true;
                return Optional.empty();
            }
            if (head.getInt(0) != checksum(type, data)) {
                skipped++;
                record = null;
                continue;
            }
            switch (type) {
                case FULL -> {
                    return Optional.of(data);
                }
                case FIRST -> record = begun(data);
                case MIDDLE, LAST -> {
                    if (record != null && record.size() + data.length <= LONGEST) {
                        record.writeBytes(data);
                    }
                    if (record != null && type == LAST) {
                        return Optional.of(record.toByteArray());
                    }
                }
                default -> skipped++;
            }
        }
        return Optional.empty();
    }

    long offset() {
        return offset;
    }

    /** Pieces left out because they failed their checksum or have no known type. */
    long skipped() {
        return skipped;
    }

    /** Whether the file ends inside a record, as that of a run which still goes on. */
    boolean torn() {
        return torn;
    }

    private static ByteArrayOutputStream begun(byte[] data) {
        ByteArrayOutputStream record = new ByteArrayOutputStream(data.length);
        record.writeBytes(data);
        return record;
    }

    /** The plain CRC-32 of zlib, not the masked one of LevelDB. */
    private static int checksum(int type, byte[] data) {
        CRC32 crc = new CRC32();
        crc.update(type);
        crc.update(data);
        return (int) crc.getValue();
    }

    private byte[] read(int length) {
        try {
            byte[] bytes = in.readNBytes(length);
            offset += bytes.length;
            return bytes;
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
