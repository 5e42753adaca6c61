package observatory.stream.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * How far a spool has been written and acknowledged, in a file of 24 bytes that is overwritten in place: two keys and
 * their checksum. It survives {@code kill -9}; where it is lost or torn, more is sent twice and less is
 * known to be lost.
 */
final class Tail implements AutoCloseable {
    static final String FILE = "spool.tail";
    private static final int BYTES = 24;

    private final Path file;
    private FileChannel channel;
    private long written = -1;
    private long acknowledged = -1;

    Tail(Path folder) {
        this.file = folder.resolve(FILE);
    }

    /** Reads what stands there; nothing where that is no tail. */
    void open() throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
            // Short reads go on.
        }
        if (!bytes.hasRemaining() && bytes.getLong(16) == checksum(bytes)) {
            written = bytes.getLong(0);
            acknowledged = bytes.getLong(8);
        }
    }

    void mark(long nowWritten, long nowAcknowledged) throws IOException {
        written = nowWritten;
        acknowledged = nowAcknowledged;
        if (channel == null) {
            open();
            written = nowWritten;
            acknowledged = nowAcknowledged;
        }
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).putLong(written).putLong(acknowledged);
        bytes.putLong(checksum(bytes)).flip();
        while (bytes.hasRemaining()) {
            channel.write(bytes, bytes.position());
        }
    }

    /** Key of the last row that reached the disk; -1 where it is not known. */
    long written() {
        return written;
    }

    /** Key up to which the broker has everything; -1 where it is not known. */
    long acknowledged() {
        return acknowledged;
    }

    /** The next mark makes the file anew. */
    void forget() throws IOException {
        close();
        channel = null;
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    private static long checksum(ByteBuffer bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes.array(), 0, 16);
        return crc.getValue();
    }
}
