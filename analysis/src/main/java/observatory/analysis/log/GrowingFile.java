package observatory.analysis.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * A file that is still written: its end is waited at. Where it is cut short or another file takes its name, as log
 * rotation does, reading goes on at the beginning of what is there then, behind a line end so that no two lines join.
 */
final class GrowingFile extends InputStream {
    private final Path file;
    private final Follower follower;
    private final BooleanSupplier succeeded; // another file goes on where this one ends
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).flip();
    private SeekableByteChannel channel;
    private Object key;

    GrowingFile(Path file, Follower follower, BooleanSupplier succeeded) {
        this.file = file;
        this.follower = follower;
        this.succeeded = succeeded;
        try {
            open();
        } catch (IOException e) {
            throw new LogException(file, 0, e);
        }
    }

    private void open() throws IOException {
        channel = FileChannel.open(file);
        key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(into, from, count);
        return count;
    }

    /** Makes sure that there is something to read; false at the end of the following. */
    private boolean fill() throws IOException {
        while (!buffer.hasRemaining()) {
            buffer.clear();
            int read = channel.read(buffer);
            buffer.flip();
            if (read > 0) {
                follower.busy();
                return true;
            }
            if (replaced()) {
                channel.close();
                open();
                buffer.clear().put((byte) '\n').flip();
            } else if (succeeded.getAsBoolean() || !follower.await()) {
                return false;
            }
        }
        return true;
    }

    /** Whether the name stands for other content than what has been read. */
    private boolean replaced() throws IOException {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return now.size() < channel.position() || !Objects.equals(key, now.fileKey());
        } catch (NoSuchFileException moved) {
            return false; // between the two halves of a rotation
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
