package observatory.analysis.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The lines of a text log of any encoding that contains ASCII. A line ends at a line feed or a carriage return, as
 * progress bars write it, and is cut off at {@value #LONGEST} bytes, so that no log can fill the memory.
 */
final class Lines implements AutoCloseable {
    private static final int LONGEST = 1 << 16;

    private final Path file;
    private final InputStream in;
    private final byte[] line = new byte[LONGEST];
    private long offset;

    Lines(Path file) {
        this.file = file;
        this.in = LogSource.open(file);
    }

    /** The next line without its end, which may be empty; nothing at the end of the log. */
    Optional<String> next() {
        try {
            int length = 0;
            int next = in.read();
            if (next < 0) {
                return Optional.empty();
            }
            while (next >= 0 && next != '\n' && next != '\r') {
                offset++;
                if (length < LONGEST) {
                    line[length++] = (byte) next;
                }
                next = in.read();
            }
            offset += next < 0 ? 0 : 1;
            return Optional.of(new String(line, 0, length, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new LogException(file, offset, e);
        }
    }

    long offset() {
        return offset;
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
